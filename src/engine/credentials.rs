//! The credentials of a session: gets its token from the cache or the vendor, and revokes it.

use std::time::{Duration, Instant};

use super::retry::Tried;
use super::session::{Session, now};
use super::tokens::{Kept, TokenStore, Turn};
use super::write::Written;
use crate::model::error::{Error, Kind, Result};
use crate::model::secret::Secret;
use crate::vendors::Proof;

/// Longer than any log-in takes. A process stops waiting for another one after this time.
const LONGEST_TURN: Duration = Duration::from_secs(90);

impl Session {
    /// Gets a new token with the credentials, regardless of the cache. Revokes the old one if the vendor supports
    /// that, because some limit the number of valid tokens. A dry run sends neither request.
    pub async fn log_in_anew(&self) -> Result<()> {
        if self.vendor.facts().proof == Proof::Signature || self.static_token().is_some() {
            return Ok(());
        }
        let old = self.cached();
        let revocation =
            old.as_ref().filter(|kept| kept.is_good(now())).and(self.vendor.revoke(&self.profile));
        if self.outside.dry_run.is_some() {
            if let Some(call) = revocation {
                self.withhold(&call);
            }
            self.withhold(&self.vendor.log_in(&self.profile)?);
            return Ok(());
        }
        if let (Some(old), Some(call)) = (&old, revocation) {
            drop(self.attempt(&call, &old.access).await?);
        }
        if let (Some(_), Some(store)) = (&old, &self.outside.tokens) {
            store.forget();
        }
        self.log_in(None, None).await.map(|_| ())
    }

    /// An access token for other programs: from the profile, the cache, or a new log-in. None in a dry run, which
    /// withholds the log-in. [`Kind::Unsupported`] if the vendor has no tokens.
    pub async fn access_token(&self) -> Result<Option<Secret>> {
        if self.vendor.facts().proof == Proof::Signature {
            let facts = self.vendor.facts();
            let text = format!("{} has no access tokens: every request is signed", facts.title);
            let mut error = Error::new(Kind::Unsupported, text);
            error.vendor = Some(facts.name);
            return Err(error.hint("`--dry-run=curl` shows how a request is signed"));
        }
        if self.outside.dry_run.is_some() {
            if self.static_token().is_none() && self.known(None).is_none() {
                self.withhold(&self.vendor.log_in(&self.profile)?);
            }
            return Ok(None);
        }
        self.token().await.map(Some)
    }

    /// Deletes the cached token, and revokes it if the vendor supports that. None if no token is cached. A failed
    /// revocation is only a warning, because the token expires on its own.
    pub async fn log_out(&self) -> Result<Option<Written<()>>> {
        let kept = self.cached();
        let revocation =
            kept.as_ref().filter(|kept| kept.is_good(now())).and(self.vendor.revoke(&self.profile));
        if self.outside.dry_run.is_some() {
            if let Some(call) = revocation {
                self.withhold(&call);
            }
            return Ok(kept.map(|_| Written::Withheld));
        }
        if let (Some(kept), Some(call)) = (&kept, revocation) {
            let _under_way = self.outside.cancellation.begin(call.name);
            let revoked = match self.attempt(&call, &kept.access).await?.0 {
                Ok(answered) => answered.value.is_ok(),
                Err(_) => false,
            };
            if !revoked {
                self.outside
                    .diagnostics
                    .warn("the vendor did not confirm that the token is revoked; it expires on its own");
            }
        }
        // Also delete a token of another secret, or a damaged file, so that nothing of the account is left.
        let forgotten = self.outside.tokens.as_ref().is_some_and(TokenStore::forget);
        Ok(forgotten.then_some(Written::Done(())))
    }

    /// The token given in the profile, used as it is.
    pub(super) fn static_token(&self) -> Option<Secret> {
        self.profile.secrets.get("access_token").cloned()
    }

    /// A token that is valid for a while: from the profile, this run, the cache, or a new log-in.
    pub(super) async fn token(&self) -> Result<Secret> {
        if self.vendor.facts().proof == Proof::Signature {
            return Ok(Secret::withheld());
        }
        if let Some(token) = self.static_token() {
            return Ok(token);
        }
        match self.known(None) {
            Some(kept) => Ok(kept),
            None => self.obtain(None).await,
        }
    }

    /// Replaces a token that the vendor no longer accepts. Another process may have replaced it already.
    pub(super) async fn renew(&self, stale: &Secret) -> Result<Secret> {
        match self.known(Some(stale)) {
            Some(kept) => Ok(kept),
            None => self.obtain(Some(stale)).await,
        }
    }

    /// The token of this run or of the cache, if it is valid and not the stale one.
    fn known(&self, stale: Option<&Secret>) -> Option<Secret> {
        let fresh = |kept: &Kept| kept.is_good(now()) && stale.is_none_or(|stale| kept.access != *stale);
        let own = self.token.borrow().clone().filter(fresh);
        let kept = own.or_else(|| self.cached().filter(fresh))?;
        self.token.replace(Some(kept.clone()));
        Some(kept.access)
    }

    /// Gets a token when it is the turn of this call and process, unless another one got it in the meantime.
    async fn obtain(&self, stale: Option<&Secret>) -> Result<Secret> {
        let _own = self.log_ins.lock().await;
        let left = self.outside.limits.deadline.saturating_duration_since(Instant::now());
        let turn = match &self.outside.tokens {
            Some(store) => tokio::select! {
                biased;
                turn = store.turn(left.min(LONGEST_TURN)) => Some(turn),
                () = self.outside.cancellation.asked() => {
                    return Err(Error::new(Kind::Interrupted, "interrupted while another process logs in"));
                }
            },
            None => None,
        };
        if let Some(token) = self.known(stale) {
            return Ok(token);
        }
        let cached = self.cached();
        self.refuse_again()?;
        self.log_in(cached, turn).await
    }

    /// Gets a token with a valid refresh token, or else with the credentials.
    async fn log_in(&self, old: Option<Kept>, turn: Option<Turn>) -> Result<Secret> {
        let refresh = old.as_ref().and_then(|kept| kept.refresh(now()).cloned());
        let renewal = refresh.and_then(|refresh| self.vendor.renew(&self.profile, &refresh));
        let renewed = match renewal {
            None => None,
            Some(call) => match Box::pin(self.exchange(&call, &mut Tried::default())).await {
                Ok(token) => Some(token),
                // A blocked address, a limit or a vendor that does not answer would also stop a log-in.
                Err(error) if self.is_about_address(&error) || is_passing(&error) => return Err(error),
                Err(_) => None,
            },
        };
        let token = match renewed {
            Some(token) => token,
            None => {
                let call = self.vendor.log_in(&self.profile)?;
                Box::pin(self.exchange(&call, &mut Tried::default()))
                    .await
                    .inspect_err(|error| self.note_refusal(error))?
            }
        };
        let kept = Kept::new(token, now());
        self.outside.redactor.learn(&kept.access);
        if let Some((refresh, _)) = &kept.refresh {
            self.outside.redactor.learn(refresh);
        }
        if let Some(store) = &self.outside.tokens {
            store.forget_refusal();
            if let Err(warning) = store.save(&kept, turn) {
                self.outside.diagnostics.warn(&warning);
            }
        }
        let access = kept.access.clone();
        self.token.replace(Some(kept));
        Ok(access)
    }

    /// Credentials that the vendor refused are not tried again, because a vendor may block the address after a few failures.
    fn refuse_again(&self) -> Result<()> {
        let Some(at) = self.outside.tokens.as_ref().and_then(TokenStore::refused) else { return Ok(()) };
        let text = format!(
            "profile `{}`: the vendor refused these credentials {}, and they have not changed since; nothing was sent",
            self.profile.name,
            ago(now().saturating_sub(at))
        );
        let mut error = Error::new(Kind::Auth, text);
        error.vendor = Some(self.vendor.facts().name);
        Err(error.hint("correct the credentials, or try the same ones again with `trunkctl profile check`"))
    }

    /// A refusal because of the address, not the credentials, is temporary, and is not stored.
    fn note_refusal(&self, error: &Error) {
        if let Some(store) =
            self.outside.tokens.as_ref().filter(|_| error.kind == Kind::Auth && !self.is_about_address(error))
        {
            store.remember_refusal(now());
        }
    }

    fn is_about_address(&self, error: &Error) -> bool {
        error.vendor_code.as_deref().is_some_and(|code| self.vendor.facts().address_codes.contains(&code))
    }

    fn cached(&self) -> Option<Kept> {
        match self.outside.tokens.as_ref()?.load() {
            Ok(kept) => kept,
            Err(warning) => {
                self.outside.diagnostics.warn(&warning);
                None
            }
        }
    }
}

/// An age in words, from seconds.
fn ago(seconds: u64) -> String {
    match seconds / 60 {
        0 => "less than a minute ago".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes => format!("{minutes} minutes ago"),
    }
}

/// Whether the same call may succeed later without a change.
fn is_passing(error: &Error) -> bool {
    matches!(error.kind, Kind::Unavailable | Kind::RateLimited)
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn ages_are_rounded_to_whole_minutes() {
        let ages = [0, 59, 60, 119, 120].map(ago);
        let expected = [
            "less than a minute ago",
            "less than a minute ago",
            "a minute ago",
            "a minute ago",
            "2 minutes ago",
        ];
        assert_eq!(ages, expected);
    }
}
