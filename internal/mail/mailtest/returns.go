package mailtest

import (
	"net/smtp"
	"strings"
)

// Return is what comes back about a letter that was taken.
type Return string

// What may come back.
const (
	Failed    Return = "failed"    // the letter could not be delivered after all (RFC 3464)
	Late      Return = "delayed"   // it is still on its way
	Complaint Return = "complaint" // its reader reported it as junk (RFC 5965)
	AutoReply Return = "reply"     // its reader is away
)

// ReturnOf is the message that a mail server, or a reader's provider, sends
// back about a letter: to the sender on its envelope.
func ReturnOf(l Letter, kind Return) []byte {
	reader := ""
	if len(l.To) > 0 {
		reader = l.To[0]
	}
	head := "To: <" + l.From + ">\nFrom: Mail Delivery System <MAILER-DAEMON@mail.example.test>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
	letter := "Content-Type: text/rfc822-headers\n\nReturn-Path: <" + l.From + ">\nMessage-ID: <" + l.MessageID + ">\nTo: <" + reader + ">\n"
	status := func(action, code, words string) string {
		return parts(head+"Subject: Delivery status\n", "delivery-status", "Content-Type: text/plain\n\nYour message could not be delivered.\n",
			"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.test\n\nFinal-Recipient: rfc822; "+reader+"\nAction: "+action+"\nStatus: "+code+"\nDiagnostic-Code: smtp; "+words+"\n", letter)
	}
	text := head + "Subject: Away\nContent-Type: text/plain\n\nI am away.\n"
	switch kind {
	case Failed:
		text = status("failed", "5.1.1", "550 5.1.1 No such user here")
	case Late:
		text = status("delayed", "4.4.1", "451 4.4.1 The host does not answer")
	case Complaint:
		text = parts(head+"Subject: Complaint\n", "feedback-report", "Content-Type: text/plain\n\nThis was reported as junk.\n",
			"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: mailtest/1\nVersion: 1\nOriginal-Mail-From: <"+l.From+">\n", letter)
	case AutoReply:
	}
	return []byte(strings.ReplaceAll(text, "\n", "\r\n"))
}

// GiveBack brings what comes back about a letter to a mail server, as others'
// mail servers do: from nobody, to the sender on the letter's envelope.
func GiveBack(server string, l Letter, kind Return) error {
	return smtp.SendMail(server, nil, "", []string{l.From}, ReturnOf(l, kind))
}

func parts(head, kind string, all ...string) string {
	const boundary = "=_returned"
	text := head + "Content-Type: multipart/report; report-type=" + kind + "; boundary=\"" + boundary + "\"\n\n"
	for _, part := range all {
		text += "--" + boundary + "\n" + part + "\n"
	}
	return text + "--" + boundary + "--\n"
}
