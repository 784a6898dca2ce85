//! trunkctl: one command line for SIP trunks on several vendors.
//!
//! # One idea
//!
//! Vendors are pure; one engine does the I/O. A vendor is a folder of ordinary functions behind the small
//! synchronous trait [`vendors::Vendor`]. It turns what is asked for in the common model into a
//! [`vendors::call::Call`] and reads the vendor's answer back into the common model, or into a
//! [`vendors::call::Fault`]. It never waits, prints, opens a file, or reads the clock or the environment.
//!
//! A `Call` is plain data: the HTTP request, what it does (read, write, log-in), the places of secrets in it, the
//! vendor's own name for it, and a reader for its answer. Credentials are not in it. The engine fills secrets and
//! credentials into a *copy* for each attempt, sends it, reads, and decides what may follow. So a dry run, a curl
//! line and a log line are the same request filled with other things, and no vendor can forget to mask, renew or
//! resend.
//!
//! ```text
//! argv, env ─► cli ─► commands ─► vendor.check ─► vendor.<operation> ─► Call ─► engine ─► answer ─► vendor reads ─► output
//!                                    (pure)            (pure)               (the only I/O)           (pure)
//! ```
//!
//! What takes several calls (find a trunk, read it, compare, write it) is written once in [`commands`], in the
//! neutral words of [`model`], from the single calls that a vendor offers. A list is a [`vendors::call::Page`] that
//! holds the call for the next page, so paging is the vendor's knowledge and the engine's work.
//!
//! # The rooms
//!
//! | room | what lives there | may use |
//! | --- | --- | --- |
//! | [`model`] | neutral nouns: trunk, number, secret, change, error, and what checks or compares them | nothing |
//! | [`vendors`] | the trait, the adapters, their tables of abilities, fields and codes, their simulators | `model` |
//! | [`storage`] | private files that nobody else can change, replaced in one step, and locks | nothing |
//! | [`engine`] | sessions, credentials, HTTP, tokens, pacing, resending, the journal, redaction, dry runs | `model`, `vendors`, `storage` |
//! | [`config`] | profiles, files of data, the manifest, the resolution of secrets | `model` |
//! | [`cli`] | the clap tree | `model` |
//! | [`sandbox`] | the HTTP shell around the simulators, and faults on demand | `model`, `vendors`, `storage` |
//! | [`commands`] | from parsed arguments to a report | all of the above |
//! | [`output`] | the only code that prints | `model`, `cli` |
//! | [`program`] | the edge: arguments, streams, exit code | all |
//!
//! A test keeps it so.
//!
//! # To follow one field from the command line to the wire
//!
//! `--codecs ulaw,alaw` is read in `cli/trunk.rs`, laid over the file in `commands/spec.rs`, checked for what
//! no vendor takes in `model/check.rs` and for what this vendor takes in `vendors/check.rs` against the table in
//! `vendors/yeastar/abilities.rs`, turned into `codec_sel` in `vendors/yeastar/write.rs` with the struct of
//! `vendors/yeastar/wire.rs`, and sent by `engine/session.rs`.
//!
//! # A manifest, and one field of it on its way to the wire
//!
//! ```text
//! files ─► config::manifest ─► fleet::check ─► fleet::goal ─┐                         ┌─► output::plan
//!          (entries, places)   (no vendor      (one object, ├─► fleet::compare ─► plan ┤
//! vendors ─► fleet::read ──────could hold it)   one profile)┘    (pure)               └─► fleet::carry ─► fleet::write ─► Call
//!            (what there is)                                                                (read back: fleet::verify)
//! ```
//!
//! `codecs = ["ulaw", "alaw"]` of a `[[trunk]]` is read in `config/manifest/entry.rs`, with its place, into the trunk of
//! `model/trunk.rs`; refused where the vendor of a profile has no such codec in `commands/fleet/check.rs`, against the
//! table in `vendors/yeastar/abilities.rs`; made the goal of one profile in `commands/fleet/goal.rs`; held against
//! the trunk that `commands/fleet/read.rs` read (through `vendors/yeastar/read.rs`) in `commands/fleet/compare/trunk.rs`
//! by `model/diff.rs`, where their order counts; shown by `output/plan/text.rs`; set in `commands/fleet/write.rs`, which
//! asks `vendors/yeastar/write.rs` for the call, `codec_sel` in the struct of `vendors/yeastar/wire.rs`; sent by
//! `engine/write.rs`, after `engine/journal.rs` put it down; and read back in `commands/fleet/verify.rs`.
//!
//! # Where this differs from the first plan, and why
//!
//! * Secrets have a [`vendors::call::Slot`] beside the request in place of a mere list of their places, so a `Call`
//!   holds no secret at all and a slot also knows how a shell gets at it.
//! * What a vendor's table of abilities and fields says lives in `abilities.rs`, apart from `rules.rs`, which holds
//!   what a table cannot say.
//! * A manifest is compared and carried out in `commands`, as plain steps over the same single calls: no vendor knows
//!   of plans, so a fourth one can be planned for as soon as it can be read and written.
//! * What no vendor tells is remembered as keyed digests by account (`engine/applied.rs`), not in a state file that
//!   would have to be right: losing it costs a value sent once more, and what `--prune` would have deleted.
//! * Multi-step work is plain `async` code over single calls and not a chain of continuations in the vendors: it is
//!   the same for all of them.

pub(crate) mod bulk;
pub mod cli;
pub mod commands;
pub mod config;
pub(crate) mod context;
pub mod engine;
pub(crate) mod export;
pub mod input;
pub mod model;
pub mod ops;
pub mod output;
pub mod program;
pub mod reconcile;
pub mod sandbox;
pub mod state;
pub mod vendors;
