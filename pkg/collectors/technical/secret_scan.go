package technical

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// secretScan reads the files of a repository in which secrets are likeliest, as
// they are now, and tells where one stands. What it is nobody is told, and it is
// not tried: of the answers only their sizes are kept where the profile leaves
// credentials out. Files are had without a key, and so only those of a public one.
func secretScan() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "secret-scan", Title: "Secrets in the likeliest files of a repository (GitHub)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindRepository},
			Produces: []pipeline.Predicate{"exposed-secret"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Credential, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "github", Grade: "A3",
			Source:  gitHub,
			Sends:   []pipeline.Kind{pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 3 + 3*mostScanned, Bytes: 24 << 20},
			Timeout: time.Minute,
			MayUse:  []string{gitHubToken},
			Derive:  derivative(gitHubShape),
		},
		Collect: scanRepository,
	}
}

const (
	mostScanned = 24        // files that are read
	mostFile    = 256 << 10 // bytes of one; larger ones are no settings
)

func scanRepository(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	owner, name, err := repositoryAt(subject, "github.com")
	if err != nil {
		return err
	}
	files, whole, _, err := readTree(ctx, net, owner, name)
	if err != nil {
		return err
	}
	paths, left := likely(files)
	read, failed := readRaw(ctx, net, owner, name, paths, mostFile)
	if failed == nil && !whole {
		failed = cutTree()
	}
	return tellLeaks(net, paths, read, left, failed, &teller{emit: emit})
}

// secretScanGitLab is [secretScan] of GitLab, of projects that strangers see: the
// operator's own key would open others too.
func secretScanGitLab() collectors.Entry {
	e := secretScan()
	e.Spec.Name, e.Spec.Title, e.Spec.Origin = "secret-scan-gitlab", "Secrets in the likeliest files of a repository (GitLab)", "gitlab"
	e.Spec.Source, e.Spec.MayUse = gitLab, []string{gitLabToken}
	e.Spec.Ceiling.Requests = 3 * (1 + mostTreePages + mostScanned)
	e.Collect = func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
		owner, name, err := repositoryAt(subject, gitLabSite(net))
		if err != nil {
			return err
		}
		project := at("projects", owner+"/"+name)
		if a, _, err := askProject(ctx, net, project); err != nil || a == nil {
			return err
		}
		files, _, _, cut := readGitLabTree(ctx, net, project)
		if len(files) == 0 {
			return cut
		}
		paths, left := likely(files)
		read, failed := readGitLabFiles(ctx, net, project, paths)
		if failed == nil {
			failed = cut
		}
		return tellLeaks(net, paths, read, left, failed, &teller{emit: emit})
	}
	return e
}

// tellLeaks tells where in files that were read a secret stands.
func tellLeaks(net *collectors.View, paths []string, read []*collectors.Answer, left bool, failed error, t *teller) error {
	for i, a := range read {
		if a == nil {
			continue
		}
		for _, l := range scan(string(a.Body), net.Mark) {
			t.say(a, pipeline.Observation{Predicate: "exposed-secret", Value: l.value(paths[i])})
		}
	}
	if failed == nil && left {
		failed = pipeline.Fail(pipeline.Partial, "more files that may hold secrets than are read")
	}
	return t.end(failed)
}

// likely returns the files in which secrets are likeliest, these first. left says
// that there are more that are made for secrets than are read.
func likely(files []gitFile) (paths []string, left bool) {
	ranks := map[string]int{}
	for _, f := range files {
		if r := suspicion(f.path); r > 0 && f.size != 0 && f.size <= mostFile {
			ranks[f.path] = r
			paths = append(paths, f.path)
		}
	}
	slices.SortStableFunc(paths, func(a, b string) int {
		if ranks[a] != ranks[b] {
			return ranks[a] - ranks[b]
		}
		return strings.Count(a, "/") - strings.Count(b, "/")
	})
	left = len(paths) > mostScanned && ranks[paths[mostScanned]] == 1
	return paths[:min(len(paths), mostScanned)], left
}

// suspicion ranks a file: 1 if it is made for secrets, 2 for settings, 3 for
// other files of the sort; 0 for all that is not read.
func suspicion(file string) int {
	dir, base := path.Split(strings.ToLower(file))
	ext := path.Ext(base)
	for _, skip := range []string{"node_modules/", "vendor/", "third_party/", "testdata/", "fixtures/", "/dist/", "__tests__/"} {
		if strings.Contains("/"+dir, skip) {
			return 0
		}
	}
	for _, skip := range []string{".example", ".sample", ".template", ".dist", ".md", ".lock"} {
		if strings.Contains(base, skip) {
			return 0
		}
	}
	switch {
	case base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env"),
		slices.Contains([]string{".npmrc", ".pypirc", ".netrc", ".pgpass", ".dockercfg", ".htpasswd", ".git-credentials", "credentials", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"}, base),
		slices.Contains([]string{".pem", ".key", ".tfvars", ".tfstate", ".ppk", ".ovpn"}, ext),
		strings.Contains(base, "secret") && textual(ext), strings.Contains(base, "credential") && textual(ext),
		base == "config.json" && strings.HasSuffix(dir, ".docker/"):
		return 1
	case (strings.HasPrefix(base, "config") || strings.HasPrefix(base, "settings") || strings.HasPrefix(base, "application") || strings.HasPrefix(base, "appsettings") || strings.HasPrefix(base, "database") ||
		strings.HasPrefix(base, "local") || strings.HasPrefix(base, "prod")) && textual(ext),
		base == "wp-config.php", strings.HasPrefix(base, "docker-compose") && isYAML(base), base == "values.yaml":
		return 2
	case isYAML(base) && strings.Count(file, "/") <= 2, ext == ".properties", ext == ".ini", ext == ".conf", ext == ".toml" && dir == "", base == "dockerfile", base == "makefile", ext == ".sh":
		return 3
	}
	return 0
}

// textual reports whether a file with this ending holds settings or code.
func textual(ext string) bool {
	return slices.Contains([]string{"", ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".xml", ".py", ".js", ".ts", ".php", ".rb", ".go", ".env", ".txt", ".sh"}, ext)
}
