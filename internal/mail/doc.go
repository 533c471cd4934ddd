// Package mail writes and sends letters, and reads those that come back.
//
// It owns the template (checked, previewed, filled in), the letter's form on
// the wire, the kept-open connections to a relay or to the recipients' own
// mail servers, their signature, the plain sentence for every way a mail server
// can say no, and the SMTP door at which letters come back.
//
// It never decides who gets a letter, when one is sent again, or what a person
// is told; it stores nothing; and it never pretends: a letter is accepted only
// when a mail server said so.
package mail
