//! Writes to standard error: errors, warnings and notes, each with the program's name.

use std::fmt::Arguments;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

/// The style of what is removed.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// The style of what is said beside the text.
pub const ASIDE: Style = Style::new().dimmed();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Says what went wrong.
pub fn error(message: Arguments<'_>) {
    say(ERROR, "error: ", message);
}

/// Says what the user should know, although the run goes on as asked.
pub fn warning(message: Arguments<'_>) {
    say(WARNING, "warning: ", message);
}

/// Says something else.
pub fn note(message: Arguments<'_>) {
    say(Style::new(), "", message);
}

fn say(style: Style, label: &str, message: Arguments<'_>) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(anstream::stderr().lock(), "bodycopy: {style}{label}{style:#}{message}");
}
