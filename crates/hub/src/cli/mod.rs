//! What an operator may ask of the program. Each command opens the store, calls one rule and prints what came of it.

mod backup;
mod operate;
mod serve;
mod settings;

use anyhow::Result;
use clap::{Parser, Subcommand};
use settings::{Flags, Settings};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "fengxiang-hub", version, about = "The server that the desks of a district agree through")]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets the district up and prints the invitation for its first desk.
    Init {
        /// Its name, for people.
        #[arg(long)]
        district: String,
    },
    /// Serves until SIGTERM or SIGINT.
    Serve,
    /// Prints an invitation.
    Invite(operate::Invited),
    /// Takes a device out, by its id.
    Revoke { device: String },
    /// Lists the devices.
    Devices,
    /// Says what the hub holds.
    Status,
    /// Copies one moment of the database into a new file, while the hub serves. With PostgreSQL by its own `pg_dump`.
    Backup { file: PathBuf },
    /// Turns the database back to a backup, in a new epoch: desks hand in again what it lacks. Erase orders, devices and
    /// stations are not turned back. What stood here is kept beside the backup. With PostgreSQL it needs `pg_restore`.
    Restore { file: PathBuf },
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let settings = Settings::read(arguments.flags)?;
    match arguments.command {
        Command::Init { district } => operate::init(&settings, district),
        Command::Serve => serve::serve(&settings),
        Command::Invite(invited) => operate::invite(&settings, &invited),
        Command::Revoke { device } => operate::revoke(&settings, &device),
        Command::Devices => operate::devices(&settings),
        Command::Status => operate::status(&settings),
        Command::Backup { file } => backup::back_up(&settings, &file),
        Command::Restore { file } => backup::restore(&settings, &file),
    }
}
