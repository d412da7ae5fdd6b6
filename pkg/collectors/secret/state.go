package secret

// A State says what a place is, as far as this machine knows. It holds no name of
// a credential, and no value.
type State struct {
	Name  string // "environment", "file", "keyring", "age file", "SOPS file", "vault"
	Where string // a path or an address; ""
	There bool   // it can be looked into
	Err   error  // what is wrong with it, and what to type
}

// Places returns the places in the order in which they are asked. Nobody outside
// this machine is contacted.
func (c *Chain) Places() (all []State) {
	for _, p := range c.places {
		all = append(all, p.state())
	}
	return all
}
