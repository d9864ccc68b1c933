//! Plain text: the file is one document.

use super::super::clerk::{Clerk, Document, Mode, Portion, Subject};
use super::{Batch, Cut, LONGEST_TEXT};

/// See [`Cut`].
pub fn cut(bytes: &[u8]) -> Cut {
    if bytes.len() > LONGEST_TEXT {
        return Cut::Long(None);
    }
    Cut::Records {
        length: bytes.len(),
        count: 1,
    }
}

/// Cleans a text that is held whole.
pub fn clean(clerk: &mut Clerk<'_>, subject: &Subject, batch: &Batch, portion: &mut Portion) {
    let text = &batch.bytes;
    portion.tally.documents += 1;
    let removals = clerk.judge(text, batch.document, portion);
    let document = Document {
        number: batch.document,
        field: None,
        start: batch.start,
    };
    let changes = clerk.account(subject, document, (text, text), &removals, |range| range, portion);
    portion.tally.changed += u64::from(!changes.is_empty());
    Clerk::apply(text, &changes, &mut portion.kept);
    if clerk.rules().mode == Mode::Split {
        for change in changes {
            portion.removed.extend_from_slice(&text[change.range]);
        }
    }
}
