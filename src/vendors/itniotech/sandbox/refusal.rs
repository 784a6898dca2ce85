//! The codes that the simulator refuses with.

/// A business error. Its discriminant is the vendor's `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Unauthenticated = -1,
    TimestampExpired = -16,
    Parameter = -22,
    NoSuchData = -24,
    TrunkType = -44,
    TrunkName = -45,
    TrunkNameTaken = -47,
    NoAgentGroup = -48,
    NoGatewayIp = -49,
    GatewayIpFormat = -50,
    AgentGroupRepeated = -51,
    AgentGroupBound = -52,
    GatewayIpTaken = -53,
    NoWhiteIp = -54,
    WhiteIpFormat = -55,
    NoKeyId = -56,
    NoNumber = -57,
    NumberTooLong = -58,
    NumberHasTrunk = -59,
    WhiteIpTaken = -60,
    NumberWithoutCountry = -61,
}

impl Refusal {
    /// The vendor's `status`.
    pub(super) fn status(self) -> i32 {
        self as i32
    }

    /// A `reason`. Scripts must not rely on the vendor's wording, so it is not imitated.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Unauthenticated => "authentication failed",
            Self::TimestampExpired => "timestamp expired",
            Self::Parameter => "parameter exception",
            Self::NoSuchData => "data does not exist",
            Self::TrunkType => "wrong trunk type",
            Self::TrunkName => "wrong trunk name",
            Self::TrunkNameTaken => "trunk name duplicated",
            Self::NoAgentGroup => "agent group empty",
            Self::NoGatewayIp => "gateway ip empty",
            Self::GatewayIpFormat => "gateway ip malformed or over 50 characters",
            Self::AgentGroupRepeated => "agent group repeated",
            Self::AgentGroupBound => "agent group already bound",
            Self::GatewayIpTaken => "gateway ip duplicated",
            Self::NoWhiteIp => "whitelist ip empty",
            Self::WhiteIpFormat => "whitelist ip malformed or over 50 characters",
            Self::NoKeyId => "trunk id empty",
            Self::NoNumber => "agent group without number",
            Self::NumberTooLong => "number over 50 characters",
            Self::NumberHasTrunk => "number already has an inbound trunk",
            Self::WhiteIpTaken => "whitelist ip duplicated",
            Self::NumberWithoutCountry => "country of number not found",
        }
    }
}
