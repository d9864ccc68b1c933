//! `bodycopy restore`: the way back from a clean corpus.

use anyhow::Result;

use super::ExitStatus;
use super::progress::Progress;
use crate::cli::RestoreArgs;
use crate::corpus::{self, RestoreOptions};
use crate::output::note;

pub fn run(args: &RestoreArgs) -> Result<ExitStatus> {
    let options = RestoreOptions {
        tree: args.tree.clone(),
        ledger: args.ledger.clone(),
        out: args.output.clone(),
        only: args.only.clone(),
    };
    let progress = Progress::new(args.quiet);
    let result = corpus::restore(&options, &progress);
    progress.end();
    let restored = result?;
    if !args.quiet {
        progress.rest();
        let proof = if args.only.is_empty() {
            ", each proved by its hash"
        } else {
            ""
        };
        note(format_args!(
            "{} files written{proof}; {} removals put back",
            restored.files, restored.removals
        ));
    }
    Ok(if restored.failed.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}
