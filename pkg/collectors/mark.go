package collectors

// Mark returns by what a text that is not kept, such as a secret that was found,
// is known again within the case: a digest under a key that never travels with
// it, so that nobody can guess the text. It is "" without a case.
func (v *View) Mark(text string) string {
	if v.task.Mark == nil {
		return ""
	}
	return v.task.Mark(text)
}
