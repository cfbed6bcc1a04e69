//! A report goes to where it was asked for. Files are replaced when everything else is written, so that what stands in
//! them about the other outputs is true.

use std::io::{self, Write};

use resplog::internals::disk::Disk;
use resplog::internals::render;
use resplog::internals::render::view::View;
use resplog::report::{Condition, Report};
use resplog::time::Nanos;

use super::args::ReportArgs;
use super::outputs::{Draft, Output};
use super::plan::ReportPlan;
use super::said::{complain, print};
use super::shape::{Content, File, Shape};
use super::{exit, screen};

/// A file that is to hold the report.
#[derive(Clone, Copy)]
struct Target<'a> {
    file: &'a File,
    /// Whether it was said that it could not be put in place.
    failed: bool,
}

/// The outputs of a run, and what has become of them.
pub struct Delivery<'a> {
    args: &'a ReportArgs,
    plan: &'a ReportPlan,
    disk: &'a Disk,
    report: Report,
    /// The bytes of the summary, if there is one to write.
    summary: Option<Vec<u8>>,
    /// The files that could be written so far, or may hold what this run has written.
    files: Vec<Target<'a>>,
    /// The exit code when nobody reads standard output any more, or not before a signal.
    unread: Option<u8>,
    /// Whether something else could not be written.
    failed: bool,
}

impl<'a> Delivery<'a> {
    pub fn new(
        args: &'a ReportArgs,
        plan: &'a ReportPlan,
        disk: &'a Disk,
        report: Report,
        summary: Option<Vec<u8>>,
    ) -> Self {
        let files = plan.files.iter().filter(|file| !file.output.is_stream());
        let files = files.map(|file| Target { file, failed: false }).collect();
        Self { args, plan, disk, report, summary, files, unread: None, failed: false }
    }

    /// Writes the report everywhere; `rejects` is the file of rejects, written but not in place yet. Then `commit` moves
    /// the state. When something fails, the files that are written say so, also those that were in place before.
    /// Returns the exit code.
    pub fn run(
        mut self,
        rejects: anyhow::Result<Draft>,
        commit: impl FnOnce() -> anyhow::Result<()>,
        signal: Option<u8>,
    ) -> u8 {
        let rejects = match (rejects, &self.plan.rejects) {
            (Ok(draft), _) => draft,
            (Err(error), output) => self.fail(&error, output.as_ref()),
        };
        let mut drafts = self.drafts();
        let status = self.report.status.clone();
        self.stream();
        self.print();
        if self.report.status != status {
            drafts.clear();
            drafts = self.drafts();
        }
        self.settle(|this| {
            if let Some(output) = &this.plan.rejects
                && let Err(error) = output.place(this.disk, rejects)
            {
                this.fail(&error, Some(output));
            }
            this.place(drafts);
        });
        if !self.report.status.contains(&Condition::WriteFailed) {
            self.settle(|this| {
                if let Err(error) = commit() {
                    this.fail(&error, None);
                }
            });
        }
        match (exit::of(&self.report, signal), self.unread) {
            (exit::WRITE, Some(code)) if !self.failed => code,
            (code, _) => code,
        }
    }

    /// Does a step; when it fails, the files that are in place are written once more.
    fn settle(&mut self, step: impl FnOnce(&mut Self)) {
        let status = self.report.status.clone();
        step(self);
        if self.report.status != status {
            let drafts = self.drafts();
            self.place(drafts);
        }
    }

    /// Writes the files beside their places, all with the same status: when one fails, the others once more.
    fn drafts(&mut self) -> Vec<(Target<'a>, Draft)> {
        loop {
            let status = self.report.status.clone();
            let mut drafts = Vec::new();
            for target in std::mem::take(&mut self.files) {
                match self.draft(target.file) {
                    Ok(draft) => drafts.push((target, draft)),
                    Err(_) if target.failed => {}
                    Err(error) => drop(self.fail(&error, Some(&target.file.output))),
                }
            }
            self.files = drafts.iter().map(|(target, _)| *target).collect();
            if self.report.status == status {
                return drafts;
            }
        }
    }

    fn draft(&self, file: &File) -> anyhow::Result<Draft> {
        let durable = self.args.state.state.is_some();
        file.output.draft(self.disk, durable, |out| match (file.content, &self.summary) {
            (Content::Report(shape), _) => self.write(shape, Some(file), out),
            (Content::Summary, Some(summary)) => out.write_all(summary),
            (Content::Summary, None) => Err(io::Error::other("the run was stopped, and a summary is of whole inputs")),
        })
    }

    fn place(&mut self, drafts: Vec<(Target<'a>, Draft)>) {
        self.files.clear();
        for (mut target, draft) in drafts {
            let File { output, .. } = target.file;
            if let Err(error) = output.place(self.disk, draft)
                && !std::mem::replace(&mut target.failed, true)
            {
                self.fail(&error, Some(output));
            }
            // One that failed may be there all the same, and only its folder has not reached the disk.
            self.files.push(target);
        }
    }

    /// Writes into devices and pipes, which cannot be written again.
    fn stream(&mut self) {
        for file in self.plan.files.iter().filter(|file| file.output.is_stream()) {
            if let Err(error) = self.draft(file) {
                self.fail(&error, Some(&file.output));
            }
        }
    }

    fn print(&mut self) {
        let Some(shape) = self.plan.stdout else { return };
        if self.args.alarms.quiet_if_ok && self.report.status == [Condition::Ok] {
            return;
        }
        match print(|out| self.write(shape, None, out)) {
            exit::DONE => return,
            exit::WRITE => self.failed = true,
            code => self.unread = Some(code),
        }
        self.report.fail_write();
    }

    /// Notes, and says, that something could not be written. There is no draft of it.
    fn fail(&mut self, error: &anyhow::Error, output: Option<&Output>) -> Draft {
        if let Some(code) = output.and_then(|output| output.unread(error)) {
            self.unread = Some(code);
        } else {
            complain(error, exit::WRITE);
            self.failed = true;
        }
        self.report.fail_write();
        None
    }

    fn write(&self, shape: Shape, file: Option<&File>, out: &mut dyn Write) -> io::Result<()> {
        let Self { args, plan, report, .. } = self;
        let view = View {
            zone: plan.zone.clone(),
            top: args.top,
            commands: plan.commands.clone(),
            width: if file.is_none() { screen::columns() } else { screen::COLUMNS },
            color: file.is_none() && screen::has_color(args.color),
            unicode: screen::has_unicode(),
            table: shape.table,
            mail_to: args.mail_to.clone(),
            last_success: self.last_success(file),
        };
        shape.format.write(report, &view, out)
    }

    /// Now when this run succeeded, else what the file said that the report replaces.
    fn last_success(&self, file: Option<&File>) -> Option<Nanos> {
        if render::prometheus::is_success(&self.report) {
            return Some(self.plan.now);
        }
        file?.last_success
    }
}
