//! Defines what a line and a paragraph of text are, and the form in which they are compared.
//!
//! Nothing here knows of patterns or verdicts. [`lines`] finds the lines byte for byte, [`dress`] tells what an extractor put around one,
//! [`fold`] makes the form in which text is compared, [`plain`] makes it faster where nobody asks for the way back,
//! [`words`] tells where words begin in it, and [`wrap`] which lines of hard-wrapped text are one paragraph.

pub mod dress;
pub mod fold;
pub mod lines;
pub mod plain;
pub mod words;
pub mod wrap;
