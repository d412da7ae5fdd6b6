package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// errTampered says that a file of SOPS is not what was encrypted.
var errTampered = errors.New("its MAC does not hold: it was changed after it was encrypted; restore it, or encrypt it anew with sops")

// onlyEncrypted begins the MAC that covers no value in clear: the SHA-256 of
// "sops".
var onlyEncrypted = []byte("\x8a\x3f\xd2\xad\x54\xce\x66\x52\x7b\x10\x34\xf3\xd1\x47\xbe\x0b\x0b\x97\x5b\x3b\xf4\x4f\x72\xc6\xfd\xad\xec\x81\x76\xf2\x7d\x69")

// openSOPS decrypts each value and holds all of them, in their order, against the
// MAC. Where that covers no value in clear, none is taken.
func openSOPS(data []*yaml.Node, meta *sopsMeta, key []byte) (map[string][]string, error) {
	held, sum := map[string][]string{}, sha512.New()
	if meta.OnlyEncrypted {
		sum.Write(onlyEncrypted)
	}
	for i := 0; i < len(data); i += 2 {
		name, node := data[i], data[i+1]
		if err := checkName(held, name.Value, name.Line); err != nil {
			return nil, err
		}
		list := []*yaml.Node{node}
		if node.Kind == yaml.SequenceNode {
			list = node.Content
		}
		for _, n := range list {
			text, err := openNode(n, meta, key, name.Value+":", sum)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", n.Line, name.Value, err)
			}
			if text != "" {
				held[name.Value] = append(held[name.Value], text)
			}
		}
	}
	modified, err := time.Parse(time.RFC3339, meta.Modified)
	if err != nil {
		return nil, errors.New("it does not say when it was modified, so that its MAC can't be read")
	}
	mac, kind, err := openSealed(meta.MAC, key, modified.Format(time.RFC3339))
	if err != nil || kind != "str" || subtle.ConstantTimeCompare([]byte(mac), fmt.Appendf(nil, "%X", sum.Sum(nil))) != 1 {
		return nil, errTampered
	}
	return held, nil
}

// openNode returns one value in clear and adds it to the MAC; "" is one that is
// not to be used.
func openNode(n *yaml.Node, meta *sopsMeta, key []byte, path string, sum hash.Hash) (string, error) {
	switch {
	case n.Kind != yaml.ScalarNode || n.Anchor != "":
		return "", errors.New("no map is read here: write one value, or a list of values")
	case n.Tag == "!!null", n.Value == "":
		return "", nil
	case !strings.HasPrefix(n.Value, "ENC["):
		if meta.OnlyEncrypted {
			return "", nil
		}
		text, err := canonical(n)
		sum.Write([]byte(text))
		return text, err
	}
	text, kind, err := openSealed(n.Value, key, path)
	if err != nil || kind == "comment" {
		return "", err
	}
	sum.Write([]byte(text))
	return text, nil
}

var sealedForm = regexp.MustCompile(`^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([a-z0-9]+)\]$`)

// openSealed decrypts one value: AES-256 in GCM, with the value's path, or the
// time of the MAC, as additional data.
func openSealed(s string, key []byte, additional string) (text, kind string, err error) {
	m := sealedForm.FindStringSubmatch(s)
	if m == nil {
		return "", "", errors.New("the value is not in the form that SOPS writes: ENC[AES256_GCM,…]")
	}
	var part [3][]byte
	for i := range part {
		if part[i], err = base64.StdEncoding.DecodeString(m[1+i]); err != nil {
			return "", "", errors.New("the value is damaged: it is no base64")
		}
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", "", err
	}
	gcm, err := cipher.NewGCMWithNonceSize(block, len(part[1]))
	if err != nil || len(part[1]) == 0 {
		return "", "", errors.New("the value is damaged: its nonce has a wrong length")
	}
	plain, err := gcm.Open(nil, part[1], append(part[0], part[2]...), []byte(additional))
	if err != nil {
		return "", "", errTampered
	}
	return string(plain), m[4], nil
}

// canonical returns a value in clear as SOPS puts it into the MAC.
func canonical(n *yaml.Node) (string, error) {
	var v any
	if err := n.Decode(&v); err != nil {
		return "", errors.New("the value can't be read")
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool:
		return map[bool]string{true: "True", false: "False"}[v], nil
	}
	return "", errors.New("a value in clear is text, a number, true or false: put it in quotes and encrypt the file anew")
}
