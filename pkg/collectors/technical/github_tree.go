package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// A gitFile is a file of a repository.
type gitFile struct {
	path string
	size int
}

// readTree lists the files of a repository's default branch. An empty repository
// has none; whole is false if the list was cut.
func readTree(ctx context.Context, net *collectors.View, owner, name string) (files []gitFile, whole bool, a *collectors.Answer, err error) {
	a, err = askGitHub(ctx, net, "tree", at("repos", owner, name, "git", "trees", "HEAD")+"?recursive=1", "json")
	switch {
	case a != nil && a.Status == http.StatusConflict && isMessage(a.Body): // nothing was ever committed
		return nil, true, a, nil
	case err != nil:
		return nil, false, a, err
	case a.Status == http.StatusNotFound && isMessage(a.Body):
		return nil, true, a, nil
	}
	var t struct {
		Tree *loose.List[struct {
			Path, Type loose.Text
			Size       loose.Number
		}]
		Truncated loose.Truth
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &t) != nil || t.Tree == nil {
		return nil, false, a, malformed("github", a, "list of files")
	}
	for _, f := range *t.Tree {
		p := string(f.Path)
		if f.Type == "blob" && p != "" && len(p) < 1000 && path.Clean("/"+p) == "/"+p {
			files = append(files, gitFile{p, f.Size.Int()})
		}
	}
	return files, !bool(t.Truncated) && !a.Truncated, a, nil
}

// unknownSize is that of a file whose list does not tell it.
const unknownSize = -1

// onlyFiles takes out of answers what is no file, and returns the first failure: a
// file that is not there any more is none.
func onlyFiles(source string, answers []*collectors.Answer, errs []error) (failed error) {
	for i, a := range answers {
		err := errs[i]
		switch {
		case err != nil, a.Status == http.StatusNotFound:
		case a.Status != http.StatusOK, strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"): // no page is sent, whatever the file is
			err = malformed(source, a, "file")
		default:
			continue
		}
		answers[i] = nil
		if failed == nil {
			failed = err
		}
	}
	return failed
}

// cutTree is the failure of a list of files that was cut.
func cutTree() error {
	return pipeline.Fail(pipeline.Partial, "the repository has more files than github lists")
}

// isMessage reports whether a body is GitHub's form of saying no.
func isMessage(body []byte) bool {
	var m struct{ Message string }
	return json.Unmarshal(body, &m) == nil && m.Message != ""
}

// escapePath escapes a path below a host, segment by segment.
func escapePath(p string) string {
	parts := strings.Split(p, "/")
	for i, s := range parts {
		parts[i] = url.PathEscape(s)
	}
	return "/" + strings.Join(parts, "/")
}
