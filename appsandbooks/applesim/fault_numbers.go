package applesim

import (
	"slices"
	"strconv"
	"strings"
)

// ErrorFault refuses a whole call, of either version, with one of Apple's error numbers: "error 9625". The call is not
// processed; the HTTP status is the one of Apple's table.
func ErrorFault(number int) Fault { return Fault(errorWord + strconv.Itoa(number)) }

// ItemFault lets one user, or one asset for one holder, fail with one of Apple's error numbers: "item 9709". In version 2
// the event tells of it, in version 1 the answer.
func ItemFault(number int) Fault { return Fault(itemWord + strconv.Itoa(number)) }

// EventFault lets everything in an event fail with one of Apple's error numbers: "event 9644".
func EventFault(number int) Fault { return Fault(eventWord + strconv.Itoa(number)) }

const errorWord, itemWord, eventWord = "error ", "item ", "event "

func (f Fault) call() int  { return f.after(errorWord) }
func (f Fault) item() int  { return f.after(itemWord) }
func (f Fault) event() int { return f.after(eventWord) }

// after is the error number behind a word, or 0.
func (f Fault) after(word string) int {
	text, ok := strings.CutPrefix(string(f), word)
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < 9600 || n > 9999 {
		return 0
	}
	return n
}

// Known says whether there is such a fault.
func (f Fault) Known() bool {
	return slices.Contains(AllFaults(), f) || f.call()+f.item()+f.event() != 0
}

// ofCall says whether a fault can befall a call, or the event that it begins.
func (f Fault) ofCall() bool {
	return slices.Contains(callFaults(), f) || f.ofEvent() || f.call() != 0
}
