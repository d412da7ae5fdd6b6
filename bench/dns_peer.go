package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildDnsx builds the peer at the version that figures are quoted for. It
// takes a minute the first time; $DNSX names one that is built already.
func buildDnsx(dir string) (string, error) {
	if bin := os.Getenv("DNSX"); bin != "" {
		return bin, nil
	}
	mod := filepath.Join(dir, "peer")
	if err := os.Mkdir(mod, 0o700); err != nil {
		return "", err
	}
	const path = "github.com/projectdiscovery/dnsx"
	files := map[string]string{
		"go.mod":  "module peer\n\ngo 1.24\n\nrequire " + path + " v1.2.1\n",
		"peer.go": "package peer\n\nimport _ \"" + path + "/libs/dnsx\"\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(mod, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	bin := filepath.Join(dir, "dnsx")
	cmd := exec.Command(cmp.Or(os.Getenv("GO"), "go"), "build", "-mod=mod", "-o", bin, path+"/cmd/dnsx")
	cmd.Dir = mod
	if out, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return "", fmt.Errorf("it could not be built: %s", lines[len(lines)-1])
	}
	return bin, nil
}
