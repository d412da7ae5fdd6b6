package pipeline

// Absent returns the observations that deny the registrable domain which e is
// or lies in: that its registry has no record of it, that DNS has no such
// name. They are empty where nobody says so, or somebody shows otherwise; a
// source that was silent says nothing. A domain that is registered and yet not
// in DNS, as one on hold, is absent by what DNS says.
func (c *Case) Absent(e Entity) (proof []*Observation) {
	n := c.Entities[e.Registrable()]
	if n == nil {
		return nil
	}
	var unregistered, undelegated []*Observation
	registered, answered := false, false
	for _, o := range n.Out {
		switch o.Predicate {
		case "registration":
			if o.Denies {
				unregistered = append(unregistered, o)
			}
			registered = registered || !o.Denies
		case "in-dns":
			undelegated = append(undelegated, o)
		case "zone-primary", "mail-handled-by", "alias-of":
			if !o.Denies {
				return nil
			}
		case "resolves-to":
			if !o.Denies {
				return nil
			}
			answered = true
		}
	}
	switch {
	case registered:
		return undelegated
	case len(undelegated) == 0 && answered: // DNS knows the name, though it leads nowhere
		return nil
	}
	return append(unregistered, undelegated...)
}

// Nobody reports whether there is nothing to score: no target exists, by
// [Case.Absent], and no check could be made of anything else that was met.
func (c *Case) Nobody() bool {
	if c.Opened == nil || len(c.Opened.Seeds) == 0 || c.Assessment == nil || c.Assessment.Judged() {
		return false
	}
	for _, e := range c.Opened.Seeds {
		if len(c.Absent(e)) == 0 {
			return false
		}
	}
	return true
}
