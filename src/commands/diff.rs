//! `diff`: one profile as the desired state of another

use crate::bulk::numbers::{NumberRow, build};
use crate::cli::fleet::Diff;
use crate::context::Context;
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::export::convert;
use crate::export::normalize::{forget_ids, normalized};
use crate::export::read::{Account, Holding, holding};
use crate::model::error::{Error, Kind, Result};
use crate::model::fields::Field;
use crate::model::number::ActualNumber;
use crate::model::pattern::Patterns;
use crate::model::plan::{Desired, Owned, ResourceKind, What};
use crate::model::report::Report;
use crate::model::support::Operation;
use crate::model::trunk::ActualTrunk;
use crate::reconcile::desired::account;
use crate::reconcile::{ProfileScope, Scope, planner};
use crate::vendors::{Vendor, Verdict};

/// Shows the changes that would make the second profile equal to the first.
pub async fn run(context: &Context, args: &Diff) -> Result<Report> {
    if args.from == args.to {
        return Err(Error::new(Kind::Usage, "diff: both profiles are the same").hint("name two profiles"));
    }
    let from = context.session_of(Some(&args.from)).await?;
    let to = context.session_of(Some(&args.to)).await?;
    let (own, other) = (from.vendor().facts(), to.vendor().facts());
    if own.name != other.name {
        let text = format!("cannot compare profiles of {} and {}", own.title, other.title);
        let hint = format!(
            "`trunkctl -p {} export --for {}` shows how its trunks would look there",
            args.from, other.name
        );
        return Err(Error::new(Kind::Unsupported, text).hint(hint));
    }
    let Holding { accounts, vendor, .. } = holding(&from, &[], &Room::of_copies(3)).await?;
    let desired =
        accounts.into_iter().flat_map(|account| DesiredReader { context, vendor, to: &to }.desired(account));
    let desired: Vec<Desired> = desired.collect();
    let account = account(other, to.profile(), None);
    let can = |operation| other.support(operation).is_there();
    let kinds = [
        (ResourceKind::Trunk, true),
        (ResourceKind::InternalNumber, can(Operation::NumbersList)),
        (ResourceKind::CalloutCountry, can(Operation::CountriesList)),
    ];
    let owned = kinds.into_iter().filter(|(_, can)| *can).map(|(kind, _)| Owned {
        kind,
        account: account.clone(),
        names: Patterns(vec!["*".into()]),
    });
    let scope =
        ProfileScope { profile: args.to.clone(), desired, owned: owned.collect(), spared: Vec::new() };
    let scope = Scope { prune: true, ..Scope::given(context, vec![scope]) };
    let plan = planner::plan(&scope, 1).await;
    context.diagnostics.note(&format!(
        "these changes would make profile `{}` equal to `{}`; passwords are not compared",
        args.to, args.from
    ));
    Ok(Report::Plan { plan, pending: args.detailed_exitcode, max_bytes: usize::MAX })
}

/// Turns what one profile has into the desired objects of another.
struct DesiredReader<'a> {
    context: &'a Context,
    vendor: &'static dyn Vendor,
    to: &'a Session,
}

impl DesiredReader<'_> {
    fn desired(&self, from: Account) -> Vec<Desired> {
        let trunks = from.trunks.into_iter().filter_map(|actual| self.trunk(actual));
        let numbers = from.numbers.into_iter().filter_map(|actual| self.number(actual));
        let countries =
            from.countries.into_iter().map(|country| What::CalloutCountry(country.id.to_uppercase()));
        let settings = (!from.settings.is_empty()).then_some(What::SipSettings(from.settings));
        let account = account(self.vendor.facts(), self.to.profile(), None);
        let all = trunks.chain(numbers).chain(countries).chain(settings);
        all.map(|what| Desired::new(what, account.clone(), "the first profile".into())).collect()
    }

    fn trunk(&self, actual: ActualTrunk) -> Option<What> {
        let shown = actual.identity().to_owned();
        let fitted = convert::own(&normalized(actual), self.vendor);
        let mut trunk = self.noted(&format!("trunk `{shown}`"), fitted)?.trunk;
        trunk.clear(Field::Password);
        trunk.clear(Field::Account);
        forget_ids(&mut trunk);
        Some(What::Trunk(Box::new(trunk)))
    }

    fn number(&self, actual: ActualNumber) -> Option<What> {
        let shown = format!("number {}", actual.number);
        let draft = NumberRow {
            number: Some(actual.number),
            display_number: actual.display_number,
            country: actual.country,
            what: actual.what.map(|what| what.to_string()),
            labels: actual.labels,
            languages: actual.languages,
            visible: actual.visible,
            allow_join: actual.allow_join,
            allow_for_external_meetings: actual.allow_for_external_meetings,
            ..NumberRow::default()
        };
        let mut verdict = Verdict::default();
        let built = build(draft, self.vendor, &mut verdict).filter(|_| verdict.errors.is_empty());
        self.noted(&shown, built.ok_or_else(|| Error::list(&verdict.errors))).map(What::InternalNumber)
    }

    /// What can be described; a note about what cannot.
    fn noted<T>(&self, what: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.context.diagnostics.note(&format!("{what} is not compared: {why}"))).ok()
    }
}
