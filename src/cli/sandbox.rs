//! `trunkctl sandbox …`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with the sandbox.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve the simulators until Ctrl-C, and print a profiles file for them
    #[command(after_help = "Example:
  trunkctl sandbox serve --listen 127.0.0.1:8099 > sandbox.toml &
  trunkctl --profiles-file sandbox.toml -p zoom trunk create \\
      --master-trunk trunk-a")]
    Serve(Serve),
    /// Empty the simulators that --sandbox uses
    Reset,
}

/// `sandbox serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Keep the state in this file; without it, it is forgotten at the end
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Make calls fail, to try what happens then; may be repeated
    #[arg(long, value_name = "SPEC", long_help = FAULTS)]
    pub fault: Vec<String>,
}

const FAULTS: &str = "\
Make calls fail, to try what happens then; may be repeated.
SPEC is what goes wrong: drop-before, drop-after (processed, and no answer
comes), delay=20ms, delay-after=20ms (processed, and answered late),
status=503, html=502, truncate, garbage, clock=-3600s, expire-token, odd-tokens
(page tokens with characters that must be percent-encoded); or
quota=4/1s (calls beyond so many in such a time get 429), quota=6000/day (by
UTC, and the answer says when the day ends). Behind semicolons follows which
calls it befalls: call=TEXT (a part of
`POST /yeastar/openapi/v1.0/trunk/create`), skip=N, count=N, chance=0.5,
seed=N; and for a status or a quota header=NAME:VALUE.
As in --fault 'drop-after;call=trunk/create;count=1'";
