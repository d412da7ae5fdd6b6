package fleet

import _ "embed"

//go:embed index.schema.json
var schema []byte

// Schema returns the JSON Schema (2020-12) of an index. The caller must not
// change it.
func Schema() []byte { return schema }
