package page_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rsc.io/qr"
)

const formKey = "q7w2e9r4t6y1u8i3o5p0"

var bar = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`)

// black are the modules that a drawing fills, by their place from its left and top.
func black(tb testing.TB, drawing string) map[[2]int]bool {
	tb.Helper()
	filled := map[[2]int]bool{}
	for _, match := range bar.FindAllStringSubmatch(drawing, -1) {
		var n [3]int
		for i := range n {
			var err error
			if n[i], err = strconv.Atoi(match[i+1]); err != nil {
				tb.Fatal(err)
			}
		}
		for x := range n[2] {
			filled[[2]int{n[0] + x, n[1]}] = true
		}
	}
	return filled
}

func TestACodeLeadsToTheForm(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	want, err := qr.Encode("https://api.example.com/forms/"+formKey, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	drawn := b.get(t, "/qr/"+formKey)
	if drawn.Status != 200 || drawn.Headers["content-type"] != "image/svg+xml" || len(drawn.Body) > 10_000 {
		t.Fatalf("%d %v, %d bytes", drawn.Status, drawn.Headers, len(drawn.Body))
	}
	picture := b.get(t, "/qr/"+formKey+"?as=png")
	content, err := base64.StdEncoding.DecodeString(picture.Body)
	if err != nil || picture.Status != 200 || picture.Headers["content-type"] != "image/png" {
		t.Fatalf("%d %v, %v", picture.Status, picture.Headers, err)
	}
	pixels, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	filled := black(t, drawn.Body)
	for y := range want.Size + 8 { // with the ground around it
		for x := range want.Size + 8 {
			red, _, _, _ := pixels.At(16*x+8, 16*y+8).RGBA()
			if is := want.Black(x-4, y-4); filled[[2]int{x, y}] != is || (red == 0) != is {
				t.Fatalf("module %d, %d is black %v, drawn %v, pictured %d", x, y, is, filled[[2]int{x, y}], red)
			}
		}
	}
}

func TestThereIsNoCodeOfWhatIsNoKey(t *testing.T) {
	t.Parallel()
	b := mustBrowser(t)
	for _, key := range []string{"", "x", strings.ToUpper(formKey), formKey + "0", formKey[1:] + "/", formKey[1:] + "\n", strings.Repeat("<", 20)} {
		if got := b.get(t, "/qr/"+key); got.Status != 404 || !strings.Contains(got.Body, "There is nothing here") {
			t.Errorf("%q: %d %s", key, got.Status, got.Body)
		}
	}
}
