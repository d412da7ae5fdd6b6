package technical

import (
	"context"
	"net/http"
	"path"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// mostTreePages bounds the pages of a hundred files.
const mostTreePages = 4

// readGitLabTree lists the files of a project's default branch page by page. An
// empty project has none; what is beyond the last page that is read is not
// missing, and whole is false then. The answer is the last that was had.
func readGitLabTree(ctx context.Context, net *collectors.View, project string) (files []gitFile, whole bool, last *collectors.Answer, err error) {
	next := "1"
	for range mostTreePages {
		a, err := askGitLab(ctx, net, "tree", project+"/repository/tree?recursive=true&per_page=100&page="+next)
		var list loose.List[struct{ Path, Type loose.Text }]
		switch {
		case err != nil:
			return files, false, last, err
		case a.Status == http.StatusNotFound && isMessage(a.Body): // nothing was ever committed, or it is gone
			return nil, true, a, nil
		case a.Status != http.StatusOK || !listed(a.Body, &list):
			return files, false, last, malformed("gitlab", a, "list of files")
		}
		last = a
		for _, f := range list {
			if p := string(f.Path); f.Type == "blob" && p != "" && len(p) < 1000 && path.Clean("/"+p) == "/"+p {
				files = append(files, gitFile{p, unknownSize})
			}
		}
		was := next
		switch next = a.Header.Get("X-Next-Page"); {
		case next == "":
			return files, true, last, nil
		case next == was || strings.Trim(next, "0123456789") != "" || len(next) > 6:
			return files, false, last, pipeline.Fail(pipeline.Partial, "gitlab repeats a page of files")
		}
	}
	return files, false, last, pipeline.Fail(pipeline.Partial, "more files than are listed")
}

// readGitLabFiles is [readRaw] of GitLab.
func readGitLabFiles(ctx context.Context, net *collectors.View, project string, paths []string) ([]*collectors.Answer, error) {
	answers, errs := make([]*collectors.Answer, len(paths)), make([]error, len(paths))
	several(len(paths), func(i int) {
		answers[i], errs[i] = askGitLab(ctx, net, "file", project+"/repository/files"+at(paths[i])+"/raw?ref=HEAD")
	})
	return answers, onlyFiles("gitlab", answers, errs)
}
