package secret

import (
	"errors"
	"fmt"
	"path/filepath"

	"filippo.io/age"
	"gopkg.in/yaml.v3"
)

// SOPSFile is the name of the file that SOPS encrypted to age recipients, in the
// folder of the configuration.
const SOPSFile = "secrets.sops.yaml"

// newSOPSFile is secrets.sops.yaml: what secrets.yaml would hold, each value
// encrypted by SOPS, and a key group of age recipients. It may be read by anybody.
func newSOPSFile(o Options) *file {
	ids := identities{o.Getenv}
	f := &file{kind: "SOPS file", ready: ids.there}
	if o.ConfigDir != "" {
		f.path = filepath.Join(o.ConfigDir, SOPSFile)
	}
	f.read = func(path string) (map[string][]string, error) {
		b, err := readBounded(path, anybody)
		if err != nil {
			return nil, err
		}
		held, err := readSOPS(b, ids.read)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return held, nil
	}
	return f
}

// sopsMeta is what SOPS says of its file, as far as it matters here.
type sopsMeta struct {
	Age []struct {
		Enc string `yaml:"enc"` // the data key, encrypted to one recipient
	} `yaml:"age"`
	Groups        []yaml.Node `yaml:"key_groups"`
	Modified      string      `yaml:"lastmodified"`
	MAC           string      `yaml:"mac"`
	OnlyEncrypted bool        `yaml:"mac_only_encrypted"`
}

// readSOPS returns what a file of SOPS holds, if its MAC holds.
func readSOPS(text []byte, ids func() ([]age.Identity, error)) (map[string][]string, error) {
	root, err := flatYAML(text)
	if err != nil {
		return nil, err
	}
	var meta *sopsMeta
	var data []*yaml.Node // name, value, name, value …
	for i := 0; root != nil && i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "sops" {
			data = append(data, root.Content[i], root.Content[i+1])
			continue
		}
		meta = &sopsMeta{}
		if err := root.Content[i+1].Decode(meta); err != nil {
			return nil, fmt.Errorf("line %d: what stands below sops is not what SOPS writes", root.Content[i].Line)
		}
	}
	switch {
	case meta == nil:
		return nil, errors.New("SOPS did not encrypt it: nothing stands below sops; run sops encrypt -i on it")
	case len(meta.Groups) > 0:
		return nil, errors.New("its key is shared among key groups: only a file with one group, of age recipients, can be read here")
	case len(meta.Age) == 0:
		return nil, errors.New("it is encrypted to no age recipient: add one with sops rotate --add-age RECIPIENT -i; other keys can't be used here")
	}
	keys, err := ids()
	if err != nil {
		return nil, err
	}
	key, err := meta.dataKey(keys)
	if err != nil {
		return nil, err
	}
	return openSOPS(data, meta, key)
}

// dataKey decrypts the key of the values with the first of our identities that
// one of the recipients is of.
func (m *sopsMeta) dataKey(keys []age.Identity) (key []byte, err error) {
	for _, a := range m.Age {
		if key, err = decryptAge([]byte(a.Enc), keys); err == nil && len(key) == 32 {
			return key, nil
		}
	}
	if err == nil {
		err = errors.New("its data key has not 32 bytes")
	}
	return nil, err
}
