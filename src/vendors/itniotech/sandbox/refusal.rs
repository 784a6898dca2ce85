//! The codes that the simulator refuses with.

/// A business error: the vendor's `status`, and a `reason`. Scripts must not rely on the vendor's wording, so it is not
/// imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) i32, pub(super) &'static str);

impl Refusal {
    pub(super) const UNAUTHENTICATED: Self = Self(-1, "authentication failed");
    pub(super) const TIMESTAMP_EXPIRED: Self = Self(-16, "timestamp expired");
    pub(super) const PARAMETER: Self = Self(-22, "parameter exception");
    pub(super) const NO_SUCH_DATA: Self = Self(-24, "data does not exist");
    pub(super) const TRUNK_TYPE: Self = Self(-44, "wrong trunk type");
    pub(super) const TRUNK_NAME: Self = Self(-45, "wrong trunk name");
    pub(super) const TRUNK_NAME_TAKEN: Self = Self(-47, "trunk name duplicated");
    pub(super) const NO_AGENT_GROUP: Self = Self(-48, "agent group empty");
    pub(super) const NO_GATEWAY_IP: Self = Self(-49, "gateway ip empty");
    pub(super) const GATEWAY_IP_FORMAT: Self = Self(-50, "gateway ip malformed or over 50 characters");
    pub(super) const AGENT_GROUP_REPEATED: Self = Self(-51, "agent group repeated");
    pub(super) const AGENT_GROUP_BOUND: Self = Self(-52, "agent group already bound");
    pub(super) const GATEWAY_IP_TAKEN: Self = Self(-53, "gateway ip duplicated");
    pub(super) const NO_WHITE_IP: Self = Self(-54, "whitelist ip empty");
    pub(super) const WHITE_IP_FORMAT: Self = Self(-55, "whitelist ip malformed or over 50 characters");
    pub(super) const NO_KEY_ID: Self = Self(-56, "trunk id empty");
    pub(super) const NO_NUMBER: Self = Self(-57, "agent group without number");
    pub(super) const NUMBER_TOO_LONG: Self = Self(-58, "number over 50 characters");
    pub(super) const NUMBER_HAS_TRUNK: Self = Self(-59, "number already has an inbound trunk");
    pub(super) const WHITE_IP_TAKEN: Self = Self(-60, "whitelist ip duplicated");
    pub(super) const NUMBER_WITHOUT_COUNTRY: Self = Self(-61, "country of number not found");
}
