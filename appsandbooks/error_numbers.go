package appsandbooks

// ErrorNumber is Apple's number for what went wrong. The list may grow; an
// unknown number is kept as it came. Texts vary, numbers do not: switch on them.
// https://developer.apple.com/documentation/devicemanagement/handling-error-responses
type ErrorNumber int32

// Refusals of a request. Nothing was done.
const (
	LoginRequired           ErrorNumber = 9601 // 401
	InvalidArgument         ErrorNumber = 9602 // 400
	InternalError           ErrorNumber = 9603 // 500, send again; also in failures of events
	UserNotFound            ErrorNumber = 9609 // 400, also in failures of events
	TokenExpired            ErrorNumber = 9621 // 401
	InvalidToken            ErrorNumber = 9622 // the old API's number, which the new one sends too, with HTTP 200
	BadPushToken            ErrorNumber = 9623 // 400
	TokenRevoked            ErrorNumber = 9625 // 401
	ServiceRemoved          ErrorNumber = 9634 // 410
	NotAllowed              ErrorNumber = 9637 // 403, the content manager may not do this
	TooManyRequests         ErrorNumber = 9646 // 429
	LegacyTokenNotSupported ErrorNumber = 9647 // 403
	PageOutOfRange          ErrorNumber = 9650 // 400
	TooManyAssets           ErrorNumber = 9700 // 400
	TooManyClientUserIDs    ErrorNumber = 9701 // 400
	TooManySerialNumbers    ErrorNumber = 9702 // 400
	DuplicateAssets         ErrorNumber = 9703 // 400
	DuplicateClientUserIDs  ErrorNumber = 9704 // 400
	DuplicateSerialNumbers  ErrorNumber = 9705 // 400
	AssetNotRevocable       ErrorNumber = 9706 // 400
	AssetNotForDevices      ErrorNumber = 9707 // 400
	EventNotFound           ErrorNumber = 9708 // 400
	NotificationIncomplete  ErrorNumber = 9710 // 400, URL and token go together
	NotificationTooLong     ErrorNumber = 9711 // 400
	NotificationURLInvalid  ErrorNumber = 9712 // 400, or not HTTPS
	MDMMetadataTooLong      ErrorNumber = 9713 // 400
	TooManyUsers            ErrorNumber = 9714 // 400
	DuplicateUsers          ErrorNumber = 9715 // 400
	InvalidEmail            ErrorNumber = 9717 // 400, the whole request is refused
	NoAssets                ErrorNumber = 9718 // 400
	NoTargets               ErrorNumber = 9719 // 400, neither users nor devices
	NoUsers                 ErrorNumber = 9720 // 400
	UnknownVersion          ErrorNumber = 9721 // 400, see ErrUnknownVersion
	MalformedAuthorization  ErrorNumber = 9722 // 401, seen with 200
	MDMInfoIncomplete       ErrorNumber = 9723 // 400
	MDMIDTooLong            ErrorNumber = 9724 // 400
	MDMNameTooLong          ErrorNumber = 9725 // 400
	WrongMethod             ErrorNumber = 9726 // 405
	WrongContentType        ErrorNumber = 9727 // 415
	NotificationUnreachable ErrorNumber = 9728 // 400
	TemporarilyUnavailable  ErrorNumber = 9729 // 503
)

// Refusals about subscriptions, all with 400.
const (
	BadCursor            ErrorNumber = 9812
	NoAssociatedUser     ErrorNumber = 9814
	TooManySubscriptions ErrorNumber = 9816
	SubscriptionsExist   ErrorNumber = 9818
)

// Failures of accepted work: in EventStatus.Failures and in notifications,
// where InternalError and UserNotFound appear too.
const (
	AccountUnusable      ErrorNumber = 9635 // Apple Account unusable, or of another organization
	AccountAlreadyBound  ErrorNumber = 9641 // Apple Account bound to another user
	Maintenance          ErrorNumber = 9644
	NotEnoughLicenses    ErrorNumber = 9709
	UserAlreadyExists    ErrorNumber = 9716 // a live user has this clientUserId: read and see
	LicenseAlreadyInUse  ErrorNumber = 9616 // the old API's: already assigned
	URLMoved             ErrorNumber = 9617 // the old API's
	UserAlreadyRetired   ErrorNumber = 9618 // the old API's
	RepeatedTooOften     ErrorNumber = 9632 // the old API's: identical calls within minutes
	ManagedByAppleItself ErrorNumber = 9645 // the old API's: unit managed by Apple, reads only
)
