package e2e_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixed are the calls whose values a package may hold for good, each with what
// keeps one request from leaving something in it for the next.
func fixed() map[string]string {
	return map[string]string{
		"errors.New":                   "an error's text is set once",
		"problem.New":                  "a problem is never changed by who answers with it; assignments to its parts are found here",
		"regexp.MustCompile":           "a compiled expression keeps no text that it has read",
		"base64.RawURLEncoding.Strict": "an encoding keeps nothing that it has encoded",
		"base32.NewEncoding":           "as above",
	}
}

// TestNothingIsKeptBetweenRequests walks the product's packages. What lives longer
// than a request is what main makes and passes on, where a reader sees it: the
// credentials of tenants, connections, ids of tags. No package holds a variable that
// could be changed.
func TestNothingIsKeptBetweenRequests(t *testing.T) {
	t.Parallel()
	found := 0
	for _, root := range []string{"../../../internal", "../../../functions"} {
		for folder, files := range mustParse(t, root) {
			variables := packageVariables(files)
			found += len(variables)
			for _, complaint := range complaints(files, variables) {
				t.Errorf("%s: %s", folder, complaint)
			}
		}
	}
	if found == 0 {
		t.Error("no variable was found: nothing is proven")
	}
}

func TestComplaintsFindWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{
		`var ErrX = errors.New("x")`:                                                   0,
		`var shape = regexp.MustCompile("x")`:                                          0,
		`var e = base32.NewEncoding("x").WithPadding(1)`:                               0,
		"//go:embed x.css\nvar style string":                                           0,
		"//go:embed x\nvar folder embed.FS":                                            0,
		"//go:embed x.css\nvar bytes []byte":                                           1,
		`var last string`:                                                              1,
		`var cache = map[string]string{}`:                                              1,
		`var mu, other sync.Mutex`:                                                     2,
		`var ErrX = errors.New("x"); func f() { ErrX = nil }`:                          1,
		`var errX = problem.New(1, "x"); func f() { errX.Detail = "y" }`:               1,
		`var errX = problem.New(1, "x"); func f() { p := &errX; _ = p }`:               1,
		`func f() { other.ErrX = nil }`:                                                1,
		`var errX = errors.New("x"); func f() { for _, errX = range []error{nil} {} }`: 1,
		`func f() { a := 1; a = 2; a++ }`:                                              0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; import \"other\"\n"+source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files := []*ast.File{file}
		if got := complaints(files, packageVariables(files)); len(got) != want {
			t.Errorf("%s: %q", source, got)
		}
	}
}

// mustParse returns the files of each package below a folder that are no tests.
func mustParse(t *testing.T, root string) map[string][]*ast.File {
	t.Helper()
	packages := map[string][]*ast.File{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ParseComments)
		folder := filepath.Dir(path)
		packages[folder] = append(packages[folder], file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// packageVariables returns the variables of a package by their name, and whether
// what each begins with is fixed.
func packageVariables(files []*ast.File) map[string]bool {
	variables := map[string]bool{}
	for _, file := range files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.VAR {
				continue
			}
			for _, spec := range general.Specs {
				value := spec.(*ast.ValueSpec) // as all of a var's are
				for i, name := range value.Names {
					variables[name.Name] = embedded(general, value) || i < len(value.Values) && isFixed(value.Values[i])
				}
			}
		}
	}
	delete(variables, "_")
	return variables
}

// embedded tells whether a variable is a text or a folder that the compiler puts in,
// and that cannot be written to.
func embedded(general *ast.GenDecl, value *ast.ValueSpec) bool {
	if kind := dotted(value.Type); kind != "string" && kind != "embed.FS" {
		return false
	}
	for _, group := range []*ast.CommentGroup{general.Doc, value.Doc} {
		if group != nil && strings.HasPrefix(group.List[len(group.List)-1].Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// isFixed tells whether a value is made by a call of those in fixed, or a call on
// what that returns.
func isFixed(value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	if _, known := fixed()[dotted(call.Fun)]; known {
		return true
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && isFixed(selector.X)
}

// dotted returns a name such as "errors.New"; "" for what is no name.
func dotted(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if left := dotted(e.X); left != "" {
			return left + "." + e.Sel.Name
		}
	}
	return ""
}

// complaints returns the variables that are not fixed, and what is done to those
// that are.
func complaints(files []*ast.File, variables map[string]bool) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !variables[name] {
			all = append(all, "the variable "+name+" could be changed")
		}
	}
	for _, file := range files {
		imported := imports(file)
		ast.Inspect(file, func(node ast.Node) bool {
			for _, target := range targets(node) {
				name := root(target, imported)
				if _, isOurs := variables[name]; isOurs || strings.Contains(name, ".") {
					all = append(all, name+" is assigned to, or its address taken")
				}
			}
			return true
		})
	}
	return all
}

func imports(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = true
	}
	return names
}

// targets returns what a statement or expression may change.
func targets(node ast.Node) []ast.Expr {
	switch n := node.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	}
	return nil
}

// root returns the variable that an expression is a part of, as "name", or as
// "package.name" when it is another package's.
func root(expression ast.Expr, imported map[string]bool) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if name, ok := e.X.(*ast.Ident); ok && imported[name.Name] {
			return name.Name + "." + e.Sel.Name
		}
		return root(e.X, imported)
	case *ast.IndexExpr:
		return root(e.X, imported)
	case *ast.StarExpr:
		return root(e.X, imported)
	case *ast.ParenExpr:
		return root(e.X, imported)
	}
	return ""
}
