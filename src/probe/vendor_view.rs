//! From the vendor's status of a trunk to checks, and whether a probe from here agrees with it.

use super::verdicts::Observed;
use crate::model::health::{Check, Verdict};
use crate::model::trunk::Status;

/// The check `vendor.status`.
pub fn status(status: &Status, code: Option<&str>, vendor: &str) -> Check {
    let said = match code {
        Some(code) => format!("{vendor} reports `{}` ({code})", status.as_str()),
        None => format!("{vendor} reports `{}`", status.as_str()),
    };
    let (verdict, hint) = match status {
        Status::Registered | Status::Reachable | Status::Busy => (Verdict::Pass, ""),
        Status::Unmonitored => {
            (Verdict::Unknown, "the vendor does not monitor this trunk; turn on its OPTIONS requests")
        }
        Status::Registering => (Verdict::Unknown, "registration is under way; check again in a minute"),
        Status::AuthFailed => (Verdict::Fail, "check user name, auth name and password"),
        Status::Failed => (Verdict::Fail, "see what the provider answers to the registration"),
        Status::Unreachable => (Verdict::Fail, "the vendor's own OPTIONS requests are not answered"),
        Status::Disabled => (Verdict::Skipped, ""),
        Status::Unknown | Status::Other(_) => (Verdict::Unknown, ""),
    };
    Check::new("vendor.status", verdict, said).hint(hint)
}

/// The check `vendor.agreement`: whether the vendor sees the same, and what it usually means if not.
pub fn agreement(observed: Option<Observed>, status: &Status) -> Check {
    let id = "vendor.agreement";
    let up = match status {
        Status::Registered | Status::Reachable | Status::Busy => true,
        Status::AuthFailed | Status::Failed | Status::Unreachable => false,
        _ => {
            return Check::new(
                id,
                Verdict::Skipped,
                "the vendor's status does not say whether the trunk works",
            );
        }
    };
    let Some(observed) = observed else {
        return Check::new(id, Verdict::Skipped, "nothing was probed from here");
    };
    let (verdict, text, hint) = match (observed, up) {
        (Observed::Alive, true) => (Verdict::Pass, "it answers from here, and the vendor agrees", ""),
        (Observed::Alive, false) if *status == Status::AuthFailed => (
            Verdict::Warn,
            "it answers from here, and refuses the vendor's credentials",
            "check user name, auth name and password",
        ),
        (Observed::Alive, false) => (
            Verdict::Warn,
            "it answers from here, and not from the vendor",
            "check the vendor's DNS, firewall and source address",
        ),
        (Observed::Dead, true) => (
            Verdict::Warn,
            "it does not work from here, and the vendor says that it does",
            "the vendor may still use an old address or connection, or resolve the name to another one",
        ),
        (Observed::Dead, false) => (
            Verdict::Pass,
            "it does not work from here, and the vendor agrees: the provider or its DNS is down",
            "",
        ),
        (Observed::Silent | Observed::Forbidden, true) => {
            (Verdict::Pass, "it does not answer this address, and works for the vendor", "")
        }
        (Observed::Silent | Observed::Forbidden, false) => (
            Verdict::Unknown,
            "it answers neither the vendor nor this address",
            "ask the provider; give it the time, and the address that the vendor uses",
        ),
        (Observed::BadCertificate, true) => (
            Verdict::Warn,
            "its certificate is bad, and the vendor uses it",
            "the vendor does not verify certificates, or trusts another authority",
        ),
        (Observed::BadCertificate, false) => (
            Verdict::Warn,
            "its certificate is bad, which is likely why the vendor cannot use it",
            "see the tls checks",
        ),
    };
    Check::new(id, verdict, text).hint(hint).with("ours", observed.word()).with("vendor", status.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_and_the_vendors_status_are_compared_according_to_the_table() {
        use Observed::{Alive, BadCertificate, Dead, Forbidden, Silent};
        let up = Status::Registered;
        for (observed, status, expected) in [
            (Some(Alive), up.clone(), Verdict::Pass),
            (Some(Alive), Status::Unreachable, Verdict::Warn),
            (Some(Alive), Status::AuthFailed, Verdict::Warn),
            (Some(Dead), up.clone(), Verdict::Warn),
            (Some(Dead), Status::Failed, Verdict::Pass),
            (Some(Silent), up.clone(), Verdict::Pass),
            (Some(Silent), Status::Unreachable, Verdict::Unknown),
            (Some(Forbidden), up.clone(), Verdict::Pass),
            (Some(Forbidden), Status::Unreachable, Verdict::Unknown),
            (Some(BadCertificate), up.clone(), Verdict::Warn),
            (Some(BadCertificate), Status::Unreachable, Verdict::Warn),
            (None, up, Verdict::Skipped),
            (Some(Alive), Status::Disabled, Verdict::Skipped),
            (Some(Alive), Status::Unmonitored, Verdict::Skipped),
        ] {
            assert_eq!(agreement(observed, &status).verdict, expected, "{observed:?} {status}");
        }
    }

    #[test]
    fn each_status_of_a_vendor_has_its_verdict() {
        for (status, expected) in [
            (Status::Registered, Verdict::Pass),
            (Status::Busy, Verdict::Pass),
            (Status::Unmonitored, Verdict::Unknown),
            (Status::Registering, Verdict::Unknown),
            (Status::Unknown, Verdict::Unknown),
            (Status::AuthFailed, Verdict::Fail),
            (Status::Failed, Verdict::Fail),
            (Status::Unreachable, Verdict::Fail),
            (Status::Disabled, Verdict::Skipped),
        ] {
            let check = super::status(&status, Some("7"), "Vendor");
            assert_eq!(check.verdict, expected, "{status}");
            assert!(check.message.contains("(7)"), "{}", check.message);
        }
    }
}
