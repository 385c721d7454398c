// SPDX-License-Identifier: Apache-2.0
#include "cli/args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace sluice::cli {
namespace {

// The texts of a job command's options, before they are checked.
struct JobTexts {
  std::string config;
  std::vector<std::string> variables;
  std::string name;
};

void AddJobOptions(CLI::App& command, JobTexts& job) {
  command.add_option("-c,--config,config", job.config, "Job file (HOCON, or JSON in *.json)")
      ->required()
      ->type_name("JOB");
  command.add_option("-i,--variable", job.variables, "Value of ${k} in the job file; repeatable")
      ->allow_extra_args(false)
      ->type_name("k=v");
  command.add_option("-n,--name", job.name, "Name of the job instead of env.job.name")
      ->type_name("NAME");
}

Status Read(const JobTexts& texts, JobArgs& job) {
  job.config = texts.config;
  job.name = texts.name;
  for (const std::string& variable : texts.variables) {
    RETURN_IF_ERROR(ParseVariables(variable, job.variables));
  }
  return {};
}

// Every command with its options; lives while the arguments are parsed.
class Commands {
 public:
  Commands() {
    app_.require_subcommand(1);
    AddRun();
    AddJobOptions(*check_, job_);
    AddJobOptions(*explain_, job_);
    plugins_->add_option("name", plugin_.name, "Show the options of this plugin")
        ->type_name("NAME");
    dump_->add_option("format", dumped_.format, "checkpoint, binlog")
        ->required()
        ->type_name("WHAT");
    dump_->add_option("path", dumped_.path, "State directory of a job, or a file")
        ->required()
        ->type_name("PATH");
  }

  Command Parse(const std::vector<std::string>& args) {
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream err;
      app_.exit(error, out, err);
      return Usage{out.str() + err.str()};
    }
    return Chosen();
  }

 private:
  void AddRun() {
    AddJobOptions(*run_, job_);
    run_->add_option("--state", to_run_.state_dir,
                     "Directory of the job's checkpoints [./.sluice/<job name>]")
        ->type_name("DIR");
    run_->add_flag("--fresh", to_run_.fresh, "Forget earlier checkpoints and begin anew");
    run_->add_option("--max-retained", to_run_.max_retained,
                     "Checkpoints to keep beyond those that are needed [2]")
        ->type_name("N");
  }

  Command Chosen() {
    JobArgs job;
    if (const Status status = Read(job_, job); !status.ok()) {
      return Usage{std::string(status.message()) + "\n"};
    }
    if (run_->parsed()) {
      to_run_.job = std::move(job);
      return std::move(to_run_);
    }
    if (check_->parsed()) return CheckArgs{std::move(job)};
    if (explain_->parsed()) return ExplainArgs{std::move(job)};
    if (plugins_->parsed()) return std::move(plugin_);
    if (dump_->parsed()) return std::move(dumped_);
    return VersionArgs{};
  }

  CLI::App app_{"Moves data between systems, without loss and without doubles.", "sluice"};
  CLI::App* run_ = app_.add_subcommand("run", "Run a job until it ends or is stopped");
  CLI::App* check_ = app_.add_subcommand("check", "Read a job file and show every mistake");
  CLI::App* explain_ =
      app_.add_subcommand("explain", "Connect to the source and show what the job would do");
  CLI::App* plugins_ = app_.add_subcommand("plugins", "List plugins, or the options of one");
  CLI::App* dump_ = app_.add_subcommand("dump", "Show a checkpoint or a log file as text");
  CLI::App* version_ = app_.add_subcommand("version", "Print the version");
  JobTexts job_;
  RunArgs to_run_;
  PluginsArgs plugin_;
  DumpArgs dumped_;
};

}  // namespace

Command ParseArgs(const std::vector<std::string>& args) {
  Commands commands;
  return commands.Parse(args.empty() ? std::vector<std::string>{"--help"} : args);
}

}  // namespace sluice::cli
