package main

import "osint/pkg/compliance"

// approvers returns who may approve today: whom the organisation's document
// names; nobody without one.
func (c *console) approvers() ([]compliance.Approver, error) {
	p, err := c.policy()
	if err != nil || p.organisation == nil {
		return nil, err
	}
	return p.organisation.Approvers, nil
}
