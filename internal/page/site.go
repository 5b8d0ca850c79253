package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"clientflow/internal/httpapi"
)

//go:embed static
var static embed.FS

// Placeholders that stand in pages: the folder of the assets that they load, and the
// parts that they share.
const (
	assetsPlaceholder = "{{assets}}"
	headPlaceholder   = "{{head}}"
	headerPlaceholder = "{{header}}"
)

// Site is all that is served, ready to be sent.
type Site struct {
	files map[string]file // by path below static
	// version names the assets as they are now, and stands in their addresses.
	version string
}

// file is one file in the forms in which it is sent.
type file struct {
	mediaType string
	plain     string
	packed    []byte // by gzip
	etag      string
}

// Load reads the embedded files.
func Load() (*Site, error) {
	contents, err := readAll(static)
	if err != nil {
		return nil, fmt.Errorf("load the pages: %w", err)
	}
	s := &Site{files: map[string]file{}, version: version(contents)}
	share := strings.NewReplacer(headPlaceholder, contents["part/head.html"], headerPlaceholder, contents["part/header.html"])
	fill := strings.NewReplacer(assetsPlaceholder, "/assets/"+s.version)
	for name, content := range contents {
		if path.Ext(name) == ".html" {
			content = fill.Replace(preload(share.Replace(content), contents))
		}
		if s.files[name], err = newFile(name, content); err != nil {
			return nil, fmt.Errorf("load %s: %w", name, err)
		}
	}
	return s, nil
}

// A page names its script, and a script names what it imports, in these ways alone.
var (
	entry    = regexp.MustCompile(`<script type="module" src="{{assets}}/([^"]+)"></script>`)
	imported = regexp.MustCompile(`(?m)^import .*"\./([^"]+)";$`)
)

// preload names in a page all that its script imports, for the browser to ask for at
// once: by itself it finds each only when it has read the one before.
func preload(page string, contents map[string]string) string {
	script := entry.FindStringSubmatch(page)
	if script == nil {
		return page
	}
	found := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		for _, module := range imported.FindAllStringSubmatch(contents["assets/"+name], -1) {
			if !found[module[1]] {
				found[module[1]] = true
				follow(module[1])
			}
		}
	}
	follow(script[1])
	var links strings.Builder
	for _, name := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&links, `<link rel="modulepreload" href="{{assets}}/%s">`+"\n", name)
	}
	return strings.Replace(page, script[0], links.String()+script[0], 1)
}

func readAll(files embed.FS) (map[string]string, error) {
	contents := map[string]string{}
	err := fs.WalkDir(files, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		contents[strings.TrimPrefix(name, "static/")] = string(content)
		return err
	})
	return contents, err
}

// version returns a name that changes when any asset does.
func version(contents map[string]string) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if strings.HasPrefix(name, "assets/") {
			fmt.Fprintf(hash, "%s %d\n%s", name, len(contents[name]), contents[name])
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:6])
}

func newFile(name, content string) (file, error) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write([]byte(content)); err != nil {
		return file{}, err
	}
	if err := writer.Close(); err != nil {
		return file{}, err
	}
	sum := sha256.Sum256([]byte(content))
	return file{
		mediaType: mediaType(name),
		plain:     content,
		packed:    packed.Bytes(),
		etag:      `"` + hex.EncodeToString(sum[:8]) + `"`,
	}, nil
}

// mediaType is known of the kinds of file that are here, whatever the machine that
// runs this has in its own list.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".yaml":
		return "application/yaml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// answer sends the file, or says that the caller has it already. It is asked about
// each time, so that nobody sees an old page with new data.
func (f file) answer(r *httpapi.Request, status int) httpapi.Response {
	if status == http.StatusOK && r.Header("if-none-match") == f.etag {
		return f.describe(httpapi.Empty(http.StatusNotModified))
	}
	if !takesGzip(r.Header("accept-encoding")) {
		return f.describe(httpapi.Text(status, f.mediaType, f.plain))
	}
	response := f.describe(httpapi.Bytes(status, f.mediaType, f.packed))
	response.Headers["content-encoding"] = "gzip"
	return response
}

func (f file) describe(response httpapi.Response) httpapi.Response {
	response.Headers["cache-control"] = "no-cache"
	response.Headers["etag"] = f.etag
	response.Headers["vary"] = "Accept-Encoding"
	return response
}

// takesGzip tells whether a caller names gzip; all browsers do, without a weight.
func takesGzip(acceptEncoding string) bool {
	for coding := range strings.SplitSeq(acceptEncoding, ",") {
		if strings.TrimSpace(coding) == "gzip" {
			return true
		}
	}
	return false
}
