//go:build browser

package browser_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"clientflow/infra/local/stack"
	"clientflow/infra/local/systeme"
)

// site is what the tests of this package share: one ClientFlow, each test with IBs of
// its own, and one Chromium, each person with a profile of their own. TestMain sets it
// before any test runs.
var site struct {
	*stack.Stack
	chromium context.Context
	// axe is the source of axe-core.
	axe string
	// pictures is the folder of the screenshots.
	pictures string
	// dashboard is an origin whose pages may call the API.
	dashboard string
}

func TestMain(m *testing.M) {
	// The tests wait for Chromium far more than they compute.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if err := prepare(); err != nil {
		return 1, err
	}
	logs, err := os.Create(filepath.Join(site.pictures, "functions.log"))
	if err != nil {
		return 1, err
	}
	defer logs.Close()
	dashboard := newHost(map[string]string{"/": "<h1>Dashboard</h1>"})
	defer dashboard.Close()
	site.dashboard = dashboard.URL
	site.Stack, err = stack.Start(context.Background(), stack.Options{
		Logs:       logs,
		Parameters: map[string]string{"DashboardOrigins": site.dashboard},
		Systeme:    systeme.Options{WorkflowDelay: time.Second},
	})
	if err != nil {
		return 1, err
	}
	stop, err := startChromium()
	if err != nil {
		return 1, errors.Join(err, site.Close())
	}
	code = m.Run()
	stop()
	return code, site.Close()
}

// prepare finds what the tests need beside the stack, and makes the folder that they
// write to.
func prepare() error {
	root, err := stack.FindRoot()
	if err != nil {
		return err
	}
	axe, err := os.ReadFile(filepath.Join(root, ".build/browser/node_modules/axe-core/axe.min.js"))
	if err != nil {
		return fmt.Errorf("axe-core is missing, get it with make browser-tools: %w", err)
	}
	site.axe = string(axe)
	site.pictures = filepath.Join(root, ".build/browser/pictures")
	return os.MkdirAll(site.pictures, 0o755)
}

// startChromium starts the browser of $CHROMIUM, or the first that is found, without a
// window. It looks up nothing on the network by itself.
func startChromium() (stop func(), err error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	options := append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox}, chromedp.DefaultExecAllocatorOptions[:]...)
	for name, value := range map[string]any{
		"disable-quic": true, "disable-component-update": true, "disable-gpu": true,
		"disable-features": "OptimizationHints,MediaRouter,Translate", "lang": "en-GB", "force-color-profile": "srgb",
	} {
		options = append(options, chromedp.Flag(name, value))
	}
	allocated, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	started, end := chromedp.NewContext(allocated)
	if err := chromedp.Do(started); err != nil {
		end()
		endAllocator()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	site.chromium = started
	return func() { end(); endAllocator() }, nil
}

func findChromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium was found: install it (on Debian: apt-get install chromium), or name it in CHROMIUM")
}
