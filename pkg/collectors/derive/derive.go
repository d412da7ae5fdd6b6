package derive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// JSON returns the function that makes the derivative of an answer: its status,
// and the shape of its body. Nothing else of the head is kept, for it names what
// was asked. It holds no value of a person's, whichever categories the ruling
// left out, because the ruling does not come here. An answer that is no JSON
// object has none.
func JSON(s Shape) func([]byte) ([]byte, error) {
	return from(func(v any) (any, error) {
		m, ok := v.(map[string]any)
		if !ok || m == nil {
			return nil, errors.New("derive: the answer is no JSON object")
		}
		return s.of(m), nil
	})
}

// List is [JSON] of an answer that is a list of objects.
func List(s Shape) func([]byte) ([]byte, error) {
	return from(func(v any) (any, error) {
		if _, ok := v.([]any); !ok {
			return nil, errors.New("derive: the answer is no JSON list")
		}
		return Each(s)(v), nil
	})
}

func from(shape func(any) (any, error)) func([]byte) ([]byte, error) {
	return func(answer []byte) ([]byte, error) {
		status, body, err := cut(answer)
		if err != nil {
			return nil, err
		}
		var v any
		if json.Unmarshal(body, &v) != nil {
			return nil, errors.New("derive: the answer is no JSON")
		}
		if v, err = shape(v); err != nil {
			return nil, err
		}
		kept, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		return fmt.Appendf(nil, "HTTP/1.1 %d\r\n\r\n%s", status, kept), nil
	}
}

// Status makes of an answer its status alone, and of how many bytes and lines
// it was: for texts in which anything may stand.
func Status(answer []byte) ([]byte, error) {
	status, body, err := cut(answer)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "HTTP/1.1 %d\r\n\r\nbytes: %d\nlines: %d\n", status, len(body), bytes.Count(body, []byte("\n"))), nil
}

// cut takes apart an answer of a web server as it is recorded.
func cut(answer []byte) (status int, body []byte, err error) {
	head, body, ok := bytes.Cut(answer, []byte("\r\n\r\n"))
	line, _, _ := strings.Cut(string(head), "\r\n")
	words := strings.Fields(line)
	if !ok || len(words) < 2 {
		return 0, nil, errors.New("derive: no answer of a web server")
	}
	if status, err = strconv.Atoi(words[1]); err != nil || status < 100 || status > 999 {
		return 0, nil, errors.New("derive: the answer has no status")
	}
	return status, body, nil
}
