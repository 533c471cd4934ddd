package appsandbooks

// ErrorNumber is Apple's number for what went wrong. The list may grow; an
// unknown number is kept as it came. Texts vary, numbers do not: switch on them.
// https://developer.apple.com/documentation/devicemanagement/handling-error-responses
type ErrorNumber int32

// Refusals of a request, with the HTTP status Apple documents. Nothing was done.
const (
	LoginRequired           ErrorNumber = 9601 // 401: there is no content token
	InvalidArgument         ErrorNumber = 9602 // 400: something in the request makes no sense
	InternalError           ErrorNumber = 9603 // 500: Apple's own fault, send again; also in failures of events
	UserNotFound            ErrorNumber = 9609 // 400: no such live user; also in failures of events
	TokenExpired            ErrorNumber = 9621 // 401: the content token's year is over
	InvalidToken            ErrorNumber = 9622 // the content token is none; the old API's number, which the new one sends too, with HTTP 200
	BadPushToken            ErrorNumber = 9623 // 400: the push token is none
	TokenRevoked            ErrorNumber = 9625 // 401: a newer content token replaced this one
	ServiceRemoved          ErrorNumber = 9634 // 410: this function of Apple's is gone
	NotAllowed              ErrorNumber = 9637 // 403: the content manager behind the token may not do this
	TooManyRequests         ErrorNumber = 9646 // 429: slow down, more and more
	LegacyTokenNotSupported ErrorNumber = 9647 // 403: a legacy token cannot do this
	PageOutOfRange          ErrorNumber = 9650 // 400: there is no such page
	TooManyAssets           ErrorNumber = 9700 // 400: more than MaxAssets
	TooManyClientUserIDs    ErrorNumber = 9701 // 400: more than MaxClientUserIDs or MaxRevokeClientUserIDs
	TooManySerialNumbers    ErrorNumber = 9702 // 400: more than MaxSerialNumbers or MaxRevokeSerialNumbers
	DuplicateAssets         ErrorNumber = 9703 // 400: an asset is given twice
	DuplicateClientUserIDs  ErrorNumber = 9704 // 400: a user is given twice, for assets
	DuplicateSerialNumbers  ErrorNumber = 9705 // 400: a device is given twice
	AssetNotRevocable       ErrorNumber = 9706 // 400: a book cannot be taken back
	AssetNotForDevices      ErrorNumber = 9707 // 400: the asset goes to users alone
	EventNotFound           ErrorNumber = 9708 // 400: Apple knows no such event, or none any more
	NotificationIncomplete  ErrorNumber = 9710 // 400: notification URL and token go together
	NotificationTooLong     ErrorNumber = 9711 // 400: URL or token is longer than MaxNotificationLen
	NotificationURLInvalid  ErrorNumber = 9712 // 400: the URL is none, or not https
	MDMMetadataTooLong      ErrorNumber = 9713 // 400: longer than MaxMDMMetadataLength
	TooManyUsers            ErrorNumber = 9714 // 400: more than MaxUsers
	DuplicateUsers          ErrorNumber = 9715 // 400: a user is given twice, to create, update or retire
	InvalidEmail            ErrorNumber = 9717 // 400: one address is none; the whole request is refused
	NoAssets                ErrorNumber = 9718 // 400: no assets are given
	NoTargets               ErrorNumber = 9719 // 400: neither users nor devices are given
	NoUsers                 ErrorNumber = 9720 // 400: no users are given
	UnknownVersion          ErrorNumber = 9721 // 400: Apple has forgotten the versionId, see ErrUnknownVersion
	MalformedAuthorization  ErrorNumber = 9722 // 401: the header is wrong; seen with HTTP 200
	MDMInfoIncomplete       ErrorNumber = 9723 // 400: mdmInfo needs id, name and metadata
	MDMIDTooLong            ErrorNumber = 9724 // 400: longer than MaxMDMIDLength
	MDMNameTooLong          ErrorNumber = 9725 // 400: longer than MaxMDMNameLength
	WrongMethod             ErrorNumber = 9726 // 405: this package's fault
	WrongContentType        ErrorNumber = 9727 // 415: this package's fault
	NotificationUnreachable ErrorNumber = 9728 // 400: Apple could not reach the notification URL
	TemporarilyUnavailable  ErrorNumber = 9729 // 503: come back later
)

// Refusals about subscriptions, all with HTTP 400. This package makes no such
// requests; the numbers may still come by in notifications.
const (
	InvalidSubscriptionRequest ErrorNumber = 9811 // the association makes no sense
	BadCursor                  ErrorNumber = 9812 // the cursor is none
	BadAdamID                  ErrorNumber = 9813 // there is no such subscription
	NoAssociatedUser           ErrorNumber = 9814 // the user has no Apple Account linked
	SubscriptionNotAssigned    ErrorNumber = 9815 // the user does not have this subscription
	TooManySubscriptions       ErrorNumber = 9816 // more than MaxSubscriptions
	AssignedThroughGroup       ErrorNumber = 9817 // the user has this subscription through a group
	SubscriptionsExist         ErrorNumber = 9818 // subscriptions cannot be disabled while there are any
)

// Failures of accepted work: in EventStatus.Failures and in notifications,
// where InternalError and UserNotFound appear too.
const (
	AccountUnusable     ErrorNumber = 9635 // the Apple Account cannot be linked, or is another organization's
	AccountAlreadyBound ErrorNumber = 9641 // the Apple Account is linked to another user
	Maintenance         ErrorNumber = 9644 // Apple is at work on it, come back later
	NotEnoughLicenses   ErrorNumber = 9709 // fewer licenses are left than asked for
	UserAlreadyExists   ErrorNumber = 9716 // a live user has this clientUserId: read and see
)

// Numbers of the old API (version 1) alone. The new one is not known to send
// them, but it was not known to send InvalidToken either.
// https://developer.apple.com/documentation/devicemanagement/interpreting-error-codes
const (
	MissingArgument         ErrorNumber = 9600 // something required is not there
	ResultNotFound          ErrorNumber = 9604 // what was asked for is not there
	WrongStorefront         ErrorNumber = 9605 // the account is of another country
	TokenNotMade            ErrorNumber = 9606 // Apple failed to make a token
	LicenseIrrevocable      ErrorNumber = 9607 // a book's license cannot be taken back
	EmptyAnswer             ErrorNumber = 9608 // something behind Apple's service said nothing
	LicenseNotFound         ErrorNumber = 9610 // no such license
	AdminNotFound           ErrorNumber = 9611 // no such administrator
	ClaimNotCreated         ErrorNumber = 9612 // the job to assign was not made
	UnclaimNotCreated       ErrorNumber = 9613 // the job to take back was not made
	BadDate                 ErrorNumber = 9614 // the date cannot be read
	NoCountry               ErrorNumber = 9615 // the organization's country is not known
	LicenseAlreadyInUse     ErrorNumber = 9616 // assigned already, to this user or to another of the same Apple Account: do not try again
	URLMoved                ErrorNumber = 9617 // read the service config anew
	UserAlreadyRetired      ErrorNumber = 9618 // retired already
	LicenseNotAssociated    ErrorNumber = 9619 // there is nothing to take back
	UserAlreadyDeleted      ErrorNumber = 9620 // deleted already
	LicenseRefunded         ErrorNumber = 9624 // the license was given back to Apple
	LicenseTaken            ErrorNumber = 9626 // somebody else was faster: try another license
	ReassociatedTooOften    ErrorNumber = 9627 // taken back and assigned too often
	LicenseNotForDevices    ErrorNumber = 9628 // the license goes to users alone
	BatchOfAnotherToken     ErrorNumber = 9629 // the batchToken was made for another content token
	RepeatedAlreadyAssigned ErrorNumber = 9630 // the same assignment failed too often: assigned already
	RepeatedNoneLeft        ErrorNumber = 9631 // the same assignment failed too often: none left
	RepeatedTooOften        ErrorNumber = 9632 // the same call came too often within minutes
	BatchLost               ErrorNumber = 9633 // the batch's data are lost: begin anew
	NoRegisteredUser        ErrorNumber = 9636 // there is no registered user
	ManagerOfNoOrganization ErrorNumber = 9638 // the content manager behind the token cannot touch the account asked for
	FacilitatorError9639    ErrorNumber = 9639 // something about a content manager; Apple says no more
	FacilitatorError9640    ErrorNumber = 9640 // something about a content manager; Apple says no more
	TermsNotAccepted        ErrorNumber = 9642 // the account is a content manager's, who must accept Apple's terms first
	LicenseInTransfer       ErrorNumber = 9643 // the license is locked by a transfer
	ManagedByAppleItself    ErrorNumber = 9645 // the unit is managed by Apple's own service: reads only
)
