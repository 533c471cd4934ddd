package applesim

// Limits are the numbers of the service config; all but those of subscriptions are enforced.
// https://developer.apple.com/documentation/devicemanagement/service-config
type Limits struct {
	MaxAssets                    int `json:"maxAssets"`
	MaxClientUserIDs             int `json:"maxClientUserIds"`
	MaxMDMIDLength               int `json:"maxMdmIdLength"`
	MaxMDMMetadataLength         int `json:"maxMdmMetadataLength"`
	MaxMDMNameLength             int `json:"maxMdmNameLength"`
	MaxNotificationLength        int `json:"maxNotificationLength"`
	MaxRequestPerSecond          int `json:"maxRequestPerSecond,omitempty"` // zero: not announced, not enforced (as in 2025)
	MaxRevokeClientUserIDs       int `json:"maxRevokeClientUserIds"`
	MaxRevokeSerialNumbers       int `json:"maxRevokeSerialNumbers"`
	MaxSerialNumbers             int `json:"maxSerialNumbers"`
	MaxSubscriptionClientUserIDs int `json:"maxSubscriptionClientUserIds"`
	MaxSubscriptions             int `json:"maxSubscriptions"`
	MaxUsers                     int `json:"maxUsers"`
	// Version 1 announces and enforces its own. Zero: ten, as in Apple's sample.
	MaxBatchAssociate    int `json:"-" v1:"maxBatchAssociateLicenseCount"`
	MaxBatchDisassociate int `json:"-" v1:"maxBatchDisassociateLicenseCount"`
}

// noRate is announced when the requests per second are not to be felt; at this rate nothing is counted.
const noRate = 1_000_000

// DocumentedLimits are the numbers of Apple's own sample.
func DocumentedLimits() Limits {
	return Limits{
		MaxAssets: 25, MaxClientUserIDs: 1000, MaxSerialNumbers: 1000,
		MaxMDMIDLength: 100, MaxMDMNameLength: 100, MaxMDMMetadataLength: 255,
		MaxNotificationLength: 512, MaxRequestPerSecond: 15,
		MaxRevokeClientUserIDs: 100, MaxRevokeSerialNumbers: 100,
		MaxSubscriptions: 25, MaxSubscriptionClientUserIDs: 1000, MaxUsers: 100,
		MaxBatchAssociate: v1BatchLimit, MaxBatchDisassociate: v1BatchLimit,
	}
}

// UnlimitedRate is DocumentedLimits with a rate so high that it is not enforced.
func UnlimitedRate() Limits {
	l := DocumentedLimits()
	l.MaxRequestPerSecond = noRate
	return l
}
