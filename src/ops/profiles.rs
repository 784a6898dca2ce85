//! Profiles: whether a vendor accepts their credentials.

use serde_json::{Value, json};

use crate::engine::session::Session;
use crate::model::error::Result;
use crate::vendors::Identity;

/// A clock that is off by more than this many seconds is worth a warning: a vendor that checks signatures may refuse
/// requests, and the logs of two machines no longer line up.
const CLOCK_TOLERANCE: i64 = 60;

/// Proves a session's credentials with a new log-in: who answered, and whether the clocks agree. None in a dry run,
/// which withholds the requests.
pub async fn prove(session: &Session) -> Result<Option<Value>> {
    let asked = ask_who(session).await;
    let skew = session.clock_skew();
    if let Some(skew) = skew.filter(|skew| skew.abs() > CLOCK_TOLERANCE) {
        let way = if skew > 0 { "ahead of" } else { "behind" };
        // Also if the vendor refused, because the clock may be the reason.
        session.diagnostics().warn(&format!(
            "this machine's clock is {} seconds {way} the vendor's; set it right, because signatures and tokens \
             depend on it",
            skew.abs()
        ));
    }
    let Some(identity) = asked? else { return Ok(None) };
    let profile = session.profile();
    let mut record = json!({
        "profile": profile.name,
        "vendor": session.vendor().facts().name,
        "base_url": profile.get("base_url"),
        "credentials": "accepted",
        "clock_skew_seconds": skew,
    });
    if let Value::Object(map) = &mut record {
        map.extend(identity.into_iter().map(|(key, text)| (key, Value::from(text))));
    }
    Ok(Some(record))
}

async fn ask_who(session: &Session) -> Result<Option<Identity>> {
    session.log_in_anew().await?;
    let call = session.vendor().identify(session.profile())?;
    if session.is_dry_run() {
        session.withhold(&call);
        return Ok(None);
    }
    session.read(call).await.map(Some)
}
