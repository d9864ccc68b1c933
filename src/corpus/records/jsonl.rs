//! JSONL: each line is a record.

use super::super::clerk::{Clerk, Document, Mode, Portion, Subject};
use super::{BATCH, Batch, Cut, LONGEST_RECORD};
use crate::jsonl::TextField;

/// See [`Cut`].
pub fn cut(bytes: &[u8], ended: bool) -> Cut {
    let length = if ended && bytes.len() < BATCH {
        Some(bytes.len())
    } else {
        memchr::memrchr(b'\n', bytes).map(|at| at + 1)
    };
    match length {
        Some(length) => {
            let lines = memchr::memchr_iter(b'\n', &bytes[..length]).count();
            let open = usize::from(!bytes[..length].ends_with(b"\n"));
            Cut::Records {
                length,
                count: (lines + open) as u64,
            }
        }
        None if bytes.len() > LONGEST_RECORD => Cut::Long(None),
        None if ended => Cut::Records {
            length: bytes.len(),
            count: 1,
        },
        None => Cut::More,
    }
}

/// Cleans records.
pub fn clean(clerk: &mut Clerk<'_>, subject: &Subject, batch: &Batch, portion: &mut Portion) {
    let mut start = batch.start;
    let lines = batch.bytes.split_inclusive(|&byte| byte == b'\n');
    for (number, record) in (batch.document..).zip(lines) {
        clean_record(clerk, subject, number, start, record, portion);
        start += record.len() as u64;
    }
}

fn clean_record(
    clerk: &mut Clerk<'_>,
    subject: &Subject,
    number: u64,
    start: u64,
    record: &[u8],
    portion: &mut Portion,
) {
    if record.iter().all(u8::is_ascii_whitespace) {
        portion.kept.extend_from_slice(record);
        return;
    }
    portion.tally.documents += 1;
    let fields = match TextField::find_all(record, &clerk.rules().fields) {
        Ok(fields) => fields,
        Err(error) => {
            portion.pass_on(number, error.to_string(), true);
            portion.kept.extend_from_slice(record);
            return;
        }
    };
    let mut changes = Vec::new();
    for (index, field) in &fields {
        let text = field.text().as_bytes();
        let removals = clerk.judge(text, number, portion);
        let document = Document {
            number,
            field: Some(&clerk.rules().fields[*index]),
            start,
        };
        changes.extend(clerk.account(
            subject,
            document,
            (record, text),
            &removals,
            |range| field.origin(range),
            portion,
        ));
    }
    Clerk::apply(record, &changes, &mut portion.kept);
    if changes.is_empty() {
        return;
    }
    portion.tally.changed += 1;
    if clerk.rules().mode == Mode::Split {
        let mut from = 0;
        for (_, field) in &fields {
            portion.removed.extend_from_slice(&record[from..field.bytes().start]);
            for change in changes
                .iter()
                .filter(|change| field.bytes().contains(&change.range.start))
            {
                portion.removed.extend_from_slice(&record[change.range.clone()]);
            }
            from = field.bytes().end;
        }
        portion.removed.extend_from_slice(&record[from..]);
        if !record.ends_with(b"\n") {
            portion.removed.push(b'\n');
        }
    }
}
