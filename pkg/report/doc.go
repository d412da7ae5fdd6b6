// Package report renders a case: PDF, HTML, JSON.
//
// There is one document model. [Build] computes it from the fold of a case,
// once: every sentence, number, order and label. The formats in [Formats] are
// functions of that model alone, and know neither the case nor a clock, so a
// report is byte-equal for an equal case.
//
//	doc := report.Build(cs, report.Options{Reveal: vault.Reveal})
//	for _, f := range report.Formats() {
//		err := f.Render(w, doc)
//	}
//
// JSON is the model as it is, values exact. HTML and PDF show one layout of
// it, in the same order and the same words; there, text from outside is made
// visible ([Safe]) and indicators are defanged. A chart is a list of marks,
// computed once, that the one draws as SVG and the other as PDF paths.
//
// A [Paper] is what law wants to have in writing, filled by others: it takes the
// same way through the layout, and so has the same marking on each page.
//
// Every chart has its table beside it, and every severity its word: nothing
// is said by colour alone.
package report
