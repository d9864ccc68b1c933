//! All integration tests, one module a theme. They show behavior from outside: the real binary on real files, and the library through its public
//! names.

mod archives;
mod clean;
mod cli;
mod command;
mod corpora;
mod diff;
mod edges;
mod judge;
mod layers;
mod leave_one_out;
mod ledger;
mod loader;
mod pages;
mod patches;
mod pattern_sets;
mod properties;
mod recipes;
mod restore;
mod resume;
mod review;
mod seeds;
mod streaming;
mod tables;
mod tree;
mod variants;
