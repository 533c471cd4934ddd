package api

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

// The scopes by short names, so that a route is one line.
const (
	public    = gate.Public
	read      = operator.ScopeRead
	inviting  = operator.ScopeInvite
	rostering = operator.ScopeRoster
	programs  = operator.ScopeProgram
	settings  = operator.ScopeSettings
	operators = operator.ScopeOperators
)

// write enters every operation of the API.
func (d *Door) write(b *book) {
	get(b, "/health", public, "health", "Whether the server can do its work", d.health, bare)
	get(b, "/version", read, "version", "Which rsvpp this is", d.version)
	get(b, "/me", read, "me", "Who is asking, and what they may do", d.me)
	post(b, "/me/sign-out-everywhere", read, "signOutEverywhere", "End every session of the caller in a browser; API keys go on", d.signOutEverywhere)

	get(b, "/users", read, "listUsers", "People as one location sees them", d.listUsers)
	post(b, "/users", rostering, "createUser", "Add a person", d.createUser, created)
	get(b, "/users/counts", read, "countUsers", "Numbers by status and by what needs somebody", d.countUsers)
	get(b, "/users/export", read, "exportUsers", "People as a CSV file that an import reads back", d.exportUsers, csv)
	get(b, "/users/find", read, "findUser", "One person by e-mail address, user name or external id", d.findUser)
	post(b, "/users/place", rostering, "placeUsers", "Give people a place in a location, to be invited there", d.placeUsers, selecting, slow(fileTime))
	post(b, "/users/unplace", rostering, "unplaceUsers", "Take people out of a location; nobody with a living record there", d.unplaceUsers, selecting, slow(fileTime))
	post(b, "/users/pause", rostering, "pauseUsers", "Send people nothing until they are resumed; their records at Apple stay", d.pauseUsers, selecting, slow(fileTime))
	post(b, "/users/resume", rostering, "resumeUsers", "Resume people who are paused: what waited for them goes out", d.resumeUsers, selecting, slow(fileTime))
	get(b, "/users/{id}", read, "getUser", "One person, with their place in every location", d.getUser)
	patch(b, "/users/{id}", rostering, "updateUser", "Change a person", d.updateUser)
	remove(b, "/users/{id}", rostering, "deleteUser", "Take a person off the list; refused while a record lives at Apple", d.deleteUser)
	get(b, "/users/{id}/story", read, "userStory", "Why this person is not registered, and everything that happened", d.story)
	post(b, "/users/{id}/withdraw", inviting, "withdrawInvitation", "End a person's link and open letters; the record at Apple stays", d.withdraw)
	post(b, "/users/{id}/link", inviting, "copyLink", "Take a person's link to hand it over, which counts as handed over", d.copyLink)
	get(b, "/users/{id}/devices", read, "userDevices", "A person's devices, and how an invitation reaches them on each", d.userDevices)
	post(b, "/users/{id}/enroll-link", rostering, "enrollLink", "Make a link by which a person brings devices along", d.enrollLink)
	post(b, "/users/{id}/profile", rostering, "userProfile", "Make an enrollment profile for one device of a person", d.userProfile, mobileconfig)
	get(b, "/users/{id}/licenses", read, "userLicenses", "The apps and books that a person holds, at every location", d.userLicenses)
	get(b, "/users/{id}/wishes", read, "userWishes", "What a person is to have, and how each stands", d.userWishes)
	get(b, "/funnel", read, "funnel", "How far the people of a location have come", d.funnel)

	post(b, "/imports", rostering, "uploadImport", "Upload a CSV file; nothing is imported yet", d.uploadImport, created, upload(largestFile, "text/csv", "application/octet-stream"))
	get(b, "/imports/{id}", read, "getImport", "What is in an Uploaded file, and what came of it", d.getImport)
	put(b, "/imports/{id}/mapping", rostering, "mapImport", "Say in which columns our fields stand; it is remembered", d.mapImport)
	get(b, "/imports/{id}/preview", read, "previewImport", "What an import would do, row by row", d.previewImport, slow(fileTime))
	post(b, "/imports/{id}/run", rostering, "runImport", "Import the file", d.runImport, accepted)
	get(b, "/imports/{id}/failures", read, "importFailures", "The rows that were not imported, with the reasons", d.importFailures, csv)

	get(b, "/locations", read, "listLocations", "All locations, the default one first", d.listLocations)
	post(b, "/locations", settings, "addLocation", "Add a content token; Apple is asked what it opens", d.addLocation, created, upload(largestToken, "application/octet-stream"), slow(applesTime))
	post(b, "/locations/inspect", settings, "inspectToken", "Read what a token file says by itself, storing nothing", d.inspectToken, upload(largestToken, "application/octet-stream"))
	get(b, "/locations/{id}", read, "getLocation", "One location", d.getLocation)
	post(b, "/locations/{id}/consent", settings, "consentLocation", "Confirm consent_text: people's data may go to Apple from this location", d.consent, slow(applesTime))
	get(b, "/consent", read, "getConsentText", "What administrators are asked to confirm before people's data goes to Apple", d.getConsentText)
	put(b, "/consent", settings, "saveConsentText", "Put it in the organization's own words; ask_anew has it confirmed anew", d.saveConsentText)
	put(b, "/locations/{id}/token", settings, "renewToken", "Replace the content token of a location", d.renewToken, upload(largestToken, "application/octet-stream"), slow(applesTime))
	post(b, "/locations/{id}/check", settings, "checkLocation", "Ask Apple again what the token opens", d.checkLocation, slow(applesTime))
	post(b, "/locations/{id}/test", settings, "testLocation", "Try everything between this server and Apple: the way, token, clocks, ownership, notifications", d.testLocation, slow(applesTime))
	post(b, "/locations/{id}/notifications/test", settings, "testNotifications", "Have Apple try the address for its notifications", d.testNotifications, slow(applesTime))
	get(b, "/locations/{id}/notifications", read, "listNotifications", "Apple's latest notifications as they came, with what became of each, the newest first", d.listNotifications)
	post(b, "/locations/{id}/default", settings, "defaultLocation", "Make it the location where people go when nobody says where", d.defaultLocation)
	post(b, "/locations/{id}/take-back", settings, "takeBackLocation", "Make a location ours that another server has; refused when it is another's than the one that was seen", d.takeBack, slow(applesTime))

	post(b, "/locations/{id}/move-out", settings, "moveOutLocation", "Let a location go to another server: nothing is written there any more", d.moveOut, slow(applesTime))
	get(b, "/locations/{id}/hand-over", settings, "handOver", "The signed file that the next server reads: people, states, names at Apple; no invite codes, no tokens", d.handOver, jsonLines)
	post(b, "/locations/{id}/move-in", settings, "moveIn", "Upload a hand-over file, or a CSV file with client_user_id; preview and run it as an import", d.moveIn, created, upload(largestFile, "application/jsonl", "text/csv", "application/octet-stream"), slow(fileTime))
	get(b, "/locations/{id}/removal", read, "previewRemoveLocation", "What removing a location would take away, and what keeps it; writes nothing", d.previewRemoveLocation, slow(applesTime))
	remove(b, "/locations/{id}", settings, "removeLocation", "Remove a location that was added by mistake: its content token, the places of people there and what was read; people stay", d.removeLocation, slow(fileTime))
	get(b, "/signer", read, "signer", "The fingerprint of the key by which this server signs hand-over files", d.signer)
	put(b, "/locations/{id}/schedule", settings, "setSchedule", "Say how often the location is read by itself", d.setSchedule)
	get(b, "/locations/{id}/assets", read, "listAssets", "Apps and books with their licenses, as Apple counted them last", d.listAssets)
	get(b, "/locations/{id}/strangers", read, "listStrangers", "Records at Apple that are nobody's here, and whose they may be", d.listStrangers)
	get(b, "/locations/{id}/strangers/preview", read, "previewAdopt", "How many of these can be adopted; writes nothing", d.previewAdopt, slow(applesTime))
	post(b, "/locations/{id}/strangers/adopt", programs, "adopt", "Give such records to people; nothing is asked of Apple", d.adopt, slow(applesTime))

	post(b, "/invitations/examine", read, "examineInvitations", "The doctor: who would be reached, and why the others not; writes nothing", d.examine, selecting)
	post(b, "/invitations/examine/people", read, "examinedPeople", "The people who got one verdict", d.examineLines, selecting)
	post(b, "/invitations", inviting, "invite", "Invite people, or resend to them", d.invite, accepted, selecting)

	get(b, "/invitations/rule", read, "getEnrollRule", "Whether people are invited when their devices enroll", d.getEnrollRule)
	put(b, "/invitations/rule", settings, "saveEnrollRule", "Change whether people are invited when their devices enroll", d.saveEnrollRule)
	get(b, "/commands", read, "listCommands", "Active Tasks: invitations on devices, the newest first", d.listCommands)
	post(b, "/commands/{id}/cancel", inviting, "cancelCommand", "Take an invitation on a device back", d.cancelCommand)
	post(b, "/commands/{id}/retry", inviting, "retryCommand", "Send an invitation to the same device again, as a new task", d.retryCommand, accepted)

	post(b, "/vpp/sync", programs, "sync", "Make us and Apple equal, both ways", d.sync, accepted, selecting)
	post(b, "/vpp/delete", programs, "deleteFromVPP", "Delete people from VPP: their records are retired at Apple, when the time to undo is over", d.deleteFromVPP, accepted, selecting)
	post(b, "/vpp/delete/preview", read, "previewDelete", "What a deletion would do, to people and to licenses; writes nothing", d.previewDelete, selecting, slow(fileTime))
	post(b, "/vpp/held-before", read, "heldBefore", "What the removed people of a selection held when their records were retired; writes nothing", d.heldBefore, selecting)

	post(b, "/licenses/preview", read, "previewLicenses", "What assigning an app or book, and taking it back, would do; writes nothing", d.previewLicenses, selecting, slow(fileTime))
	post(b, "/licenses/assign", programs, "assignLicenses", "Assign an app or book: in the order in which people accepted, and who comes too late waits in line", d.assignLicenses, accepted, selecting)
	post(b, "/licenses/take-back", programs, "takeBackLicenses", "Take an app back, and end wishes for it; books stay", d.takeBackLicenses, accepted, selecting)
	get(b, "/licenses/{adam_id}", read, "licenseStocks", "What each location has of an app or book, in the order in which they give it", d.licenseStocks)
	put(b, "/licenses/{adam_id}/order", programs, "setLicenseOrder", "Say from which locations an app or book is taken, one after the other", d.setLicenseOrder)
	get(b, "/licenses/{adam_id}/line", read, "licenseLine", "Who waits for an app or book, first who is served first", d.licenseLine)

	get(b, "/conflicts", read, "listConflicts", "What does not go together: people of one Apple Account, second records, accounts that cannot be linked", d.listConflicts)
	get(b, "/conflicts/counts", read, "countConflicts", "How many conflicts of each kind a location has", d.countConflicts)
	post(b, "/conflicts/retire-other", programs, "retireOther", "Retire a living record that is nobody's here, with time to undo it", d.retireOther, accepted)

	get(b, "/tasks", read, "listTasks", "Tasks, the newest first", d.listTasks)
	get(b, "/tasks/{id}", read, "getTask", "One task", d.getTask)
	get(b, "/tasks/{id}/items", read, "listTaskItems", "What became of each person", d.listItems)
	get(b, "/tasks/{id}/items/export", read, "exportTaskItems", "The same as a CSV file", d.exportItems, csv)
	post(b, "/tasks/{id}/cancel", read, "cancelTask", "End a task; what Apple or the mail server has is not undone", d.cancelTask, steering)
	post(b, "/tasks/{id}/undo", read, "undoTask", "End a task of which nothing was sent yet; refused when something may have been", d.undoTask, steering)
	post(b, "/tasks/{id}/retry", read, "retryTask", "A new task for those with whom this one failed", d.retryTask, accepted, steering)
	stream(b, "/events", read, "events", "What changes, as it changes", d.events)

	get(b, "/letter", read, "getLetter", "The letter that carries invitations", d.getLetter)
	put(b, "/letter", settings, "saveLetter", "Change the letter; one without the link is refused", d.putLetter)
	post(b, "/letter/preview", read, "previewLetter", "A letter filled in; its link leads nowhere", d.previewLetter)
	post(b, "/letter/test", inviting, "testLetter", "Send a letter, filled in, to an address of yours; its link leads nowhere", d.testLetter, slow(2*time.Minute))
	get(b, "/mail", settings, "getMail", "How letters leave, without the password", d.getMail)
	put(b, "/mail", settings, "saveMail", "Change how letters leave", d.putMail)
	get(b, "/mail/dkim", settings, "getSigning", "How letters are signed (DKIM), and the record to publish", d.getSigning)
	post(b, "/mail/dkim", settings, "makeSigningKey", "Make a new key to sign letters with; they are not signed until it is switched on", d.makeSigningKey)
	post(b, "/mail/test", settings, "testMail", "Send a test letter and tell each step", d.testMail, slow(2*time.Minute))

	post(b, "/bounces", inviting, "takeBounce", "Tell of a letter that came back, or was reported as junk: the message as it came", d.bounce, upload(largestBounce, "message/rfc822"))

	get(b, "/devices", read, "listDevices", "Devices of every MDM server, by name", d.listDevices)
	get(b, "/devices/counts", read, "countDevices", "Numbers of devices, and of those that need somebody", d.countDevices)
	post(b, "/devices/assign", rostering, "assignDevices", "Say whose devices are by a list of serial numbers; tells what became of each line", d.assignDevices, selecting)
	get(b, "/devices/{id}", read, "getDevice", "One device, with its channels", d.getDevice)
	post(b, "/devices/{id}/assign", rostering, "assignDevice", "Say whose a device is", d.assignDevice)
	post(b, "/devices/{id}/ask", inviting, "askDevice", "Ask a device who is signed in to its App Store; the answer comes when it does", d.askDevice)
	get(b, "/mdm", read, "mdm", "How the MDM server inside stands, and what is missing before devices can enroll", d.mdmState)
	put(b, "/mdm/push-certificate", settings, "setPushCertificate", "Upload or renew the push certificate; one with another topic is refused", d.setPushCert)
	post(b, "/mdm/profile", rostering, "mdmProfile", "Make an enrollment profile for a device that is nobody's yet", d.nobodysProfile, mobileconfig)
	get(b, "/mdm/servers", read, "listMDMServers", "The MDM servers that are connected, and what each cannot do", d.listServers)
	post(b, "/mdm/servers", settings, "addMDMServer", "Connect an MDM server; it must answer", d.addServer, created, slow(theirTime))
	get(b, "/mdm/servers/{id}", settings, "getMDMServer", "One MDM server, with what must be set there so that it reports", d.getServer)
	put(b, "/mdm/servers/{id}/key", settings, "changeMDMServerKey", "Replace the key for an MDM server, which must accept it", d.changeServerKey, slow(theirTime))
	post(b, "/mdm/servers/{id}/test", settings, "testMDMServer", "Ask an MDM server for something harmless", d.testServer, slow(theirTime))
	post(b, "/mdm/servers/{id}/sync", rostering, "syncMDMServer", "Read the devices of an MDM server now", d.syncServer, slow(fileTime))
	remove(b, "/mdm/servers/{id}", settings, "removeMDMServer", "Disconnect an MDM server; its devices are gone here, and there nothing changes", d.removeServer)

	get(b, "/webhooks", settings, "listWebhooks", "The addresses that are told what happens", d.listWebhooks)
	post(b, "/webhooks", settings, "addWebhook", "Add a webhook; its secret is shown once", d.addWebhook, created)
	get(b, "/webhooks/{id}", settings, "getWebhook", "One webhook, and how it stands", d.getWebhook)
	patch(b, "/webhooks/{id}", settings, "changeWebhook", "Change a webhook, or switch it off or on", d.changeWebhook)
	remove(b, "/webhooks/{id}", settings, "removeWebhook", "Take a webhook away, with what waits for it", d.removeWebhook)
	post(b, "/webhooks/{id}/secret", settings, "rotateWebhook", "Make another secret, shown once; messages are signed with both for a day", d.rotateWebhook)
	post(b, "/webhooks/{id}/test", settings, "testWebhook", "Post a test event now, and tell what came of it", d.testWebhook, slow(theirTime))
	get(b, "/webhooks/{id}/messages", settings, "listWebhookMessages", "What was posted in the last week, and what waits, the newest first", d.listWebhookMessages)
	post(b, "/webhooks/{id}/messages/{message}/again", settings, "repeatWebhookMessage", "Send a message again, under the same id", d.repeatWebhookMessage)

	get(b, "/history", read, "history", "Who did what and when, the newest first", d.history)
	get(b, "/history/export", read, "exportHistory", "The same as a CSV file", d.exportHistory, csv)
	get(b, "/operators", operators, "listOperators", "Who may use this server", d.listOperators)
	post(b, "/operators", operators, "createOperator", "Add an operator, who may do no more than the caller", d.createOperator, created)
	patch(b, "/operators/{id}", operators, "updateOperator", "Change somebody's name and what they may do; no more than the caller may", d.updateOperator)
	remove(b, "/operators/{id}", operators, "deleteOperator", "Take an operator away, with sessions and keys", d.deleteOperator)
	put(b, "/operators/{id}/password", operators, "setPassword", "Give somebody a new password", d.setPassword)
	get(b, "/keys", operators, "listKeys", "API keys, without their secrets", d.listKeys)
	post(b, "/keys", operators, "createKey", "Make an API key, which may do no more than the caller; its secret is shown once", d.createKey, created)
	remove(b, "/keys/{id}", operators, "revokeKey", "End an API key", d.revokeKey)
}

// theirTime is enough for another MDM server to answer.
const theirTime = time.Minute

// applesTime is enough for Apple to be asked, and asked again.
const applesTime = 2 * time.Minute

const description = `Everything the console can do, for programs.

Send an API key as ` + "`Authorization: Bearer rsvpp_…`" + `. Lists are read page by page: send ` + "`next`" + ` as ` + "`after`" + ` until it is missing.
Requests that start work answer 202 with a task to watch, and take an ` + "`Idempotency-Key`" + `, so that a repeat starts nothing.
Every error is a problem (RFC 9457) whose ` + "`detail`" + ` says what is wrong and what to do. What answers 429 or 503 may be tried again, after ` + "`Retry-After`" + ` if there is one.`
