// SPDX-License-Identifier: Apache-2.0
#include "cli/args.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "config/suggest.h"

namespace sluice::cli {
namespace {

constexpr char kFooter[] =
    "Begin with:\n"
    "  sluice check job.conf      what is wrong with a job file, all of it at once\n"
    "  sluice explain job.conf    what the job would do, table by table\n"
    "  sluice run job.conf        run it; the same command again goes on where it stopped\n"
    "  sluice COMMAND --help      the options of a command, with an example\n"
    "\n"
    "Exit codes:\n"
    "    0  the job ended, or stopped after Ctrl-C and a last checkpoint; or nothing to complain\n"
    "    1  a mistake in the job file, or a job that failed\n"
    "  130  a second Ctrl-C ended it at once; the next run goes on from the last checkpoint\n"
    "  234  help was shown, or the arguments cannot be read\n";
constexpr char kRunFooter[] =
    "Example:\n"
    "  sluice run -c mysql-to-starrocks.conf -i mysql_host=10.0.0.1 -i tables=[shop.a,shop.b]\n"
    "\n"
    "Checkpoints go to the state directory. After a crash, the same command goes on from the last\n"
    "one; after a job that finished, it begins anew. Ctrl-C takes a last checkpoint and stops,\n"
    "Ctrl-C again ends at once. Only one process may use a state directory at a time.\n"
    "\n"
    "When the source no longer holds the job's place, --heal reads its tables anew, writes the "
    "rows\n"
    "that differ from the target's, deletes those that the source no longer has, and goes on.\n"
    "\n"
    "Exit codes: 0 ended or stopped, 1 failed, 130 ended at once, 234 bad arguments.\n";
constexpr char kCheckFooter[] =
    "Example:\n"
    "  sluice check mysql-to-starrocks.conf\n"
    "\n"
    "Connects to nothing unless --connect says so. Every mistake is told with file, line, column\n"
    "and what was expected; notes say which options are ignored, and why nothing is lost by that.\n"
    "\n"
    "Exit codes: 0 the file is right, 1 it has mistakes, 234 bad arguments.\n";
constexpr char kExplainFooter[] =
    "Example:\n"
    "  sluice explain -c mysql-to-starrocks.conf -i mysql_host=10.0.0.1\n"
    "\n"
    "Prints the steps of the job, the columns of each table after each step and where it goes, "
    "and\n"
    "what the job promises about lost and doubled rows, and why. Reads and writes no rows.\n"
    "\n"
    "Exit codes: 0 explained, 1 a mistake in the file or the source is not to be reached,\n"
    "234 bad arguments.\n";
constexpr char kSavepointFooter[] =
    "Examples:\n"
    "  sluice savepoint my-job                 stops it, and says under which number\n"
    "  sluice run -c my-job.conf               goes on, as after any stop\n"
    "  sluice run -c my-job.conf -r 42         goes on from savepoint 42, at any later time\n"
    "\n"
    "The job takes a last checkpoint and ends; the checkpoint is kept under savepoints/ in its\n"
    "state directory. A job that does not run gets a savepoint of where it stopped. To restore on\n"
    "another machine, copy that directory and give its path to -r.\n"
    "\n"
    "Exit codes: 0 taken, 1 not taken, 234 bad arguments.\n";
constexpr char kReplayFooter[] =
    "Example:\n"
    "  sluice replay job.conf .sluice/my-job/dead-letters/letters-7-1-0.jsonl\n"
    "\n"
    "A job with bad_rows = DEAD_LETTER in its env block sets rows aside that their target must\n"
    "refuse. Mend them behind \"row\", delete the lines that are not to come back, and give the\n"
    "files here: the rows go straight into the targets, past sources and transforms, exactly once\n"
    "where the job does. A row that has changed at its source since then would be overwritten "
    "with\n"
    "what you mended: look first. Files that were put back get the ending .replayed.\n"
    "\n"
    "Exit codes: 0 put back, 1 not, 130 ended at once, 234 bad arguments.\n";
constexpr char kPluginsFooter[] =
    "Examples:\n"
    "  sluice plugins              every plugin, one line each\n"
    "  sluice plugins starrocks    the options of one; names match in any letter case\n"
    "  sluice plugins env          the options of the env block\n"
    "\n"
    "Exit codes: 0 shown, 1 there is no such plugin, 234 bad arguments.\n";
constexpr char kDumpFooter[] =
    "Examples:\n"
    "  sluice dump checkpoint .sluice/my-job    positions and prepared work of the last "
    "checkpoints\n"
    "  sluice dump binlog mysql-bin.000001      events and rows of a MySQL binary log\n"
    "\n"
    "Exit codes: 0 shown to the end, 1 the file cannot be read, or not to its end,\n"
    "234 bad arguments.\n";

// "Usage: sluice run JOB [OPTIONS]": what must be given comes first, by its name.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string out = "\nUsage: " + name;
    for (const CLI::Option* option : app->get_options()) {
      if (!option->get_positional()) continue;
      const std::string& type = option->get_type_name();
      out += option->get_required() ? " " + type : " [" + type + "]";
    }
    const bool verbs = !app->get_subcommands([](const CLI::App*) { return true; }).empty();
    return out + (verbs ? " COMMAND [OPTIONS]\n" : " [OPTIONS]\n");
  }
  // The one positional is in the usage line and, of job commands, among the options.
  std::string make_positionals(const CLI::App* /*app*/) const override { return ""; }
};

// The texts of a job command's options, before they are checked.
struct JobTexts {
  std::string config;
  std::vector<std::string> variables;
  std::string name;
};

void AddJobOptions(CLI::App& command, JobTexts& job) {
  command
      .add_option("-c,--config,config", job.config,
                  "Job file: HOCON, or JSON in *.json; -c may be left out")
      ->required()
      ->type_name("JOB");
  command
      .add_option("-i,--variable", job.variables,
                  "Value of ${k} in the job file; more after commas, or another -i")
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
    const auto formatter = std::make_shared<HelpFormatter>();
    formatter->label("REQUIRED", "(required)");
    formatter->label("Subcommands", "Commands");
    app_.formatter(formatter);
    app_.footer(kFooter);
    for (const auto& [command, footer] : {std::pair{run_, kRunFooter},
                                          {check_, kCheckFooter},
                                          {explain_, kExplainFooter},
                                          {savepoint_, kSavepointFooter},
                                          {replay_, kReplayFooter},
                                          {plugins_, kPluginsFooter},
                                          {dump_, kDumpFooter}}) {
      command->formatter(formatter);
      command->footer(footer);
    }
    AddRun();
    AddJobOptions(*check_, job_);
    check_->add_flag("--connect", to_check_.connect,
                     "Also connect to every source and sink and check what a start would; writes "
                     "nothing");
    check_->add_flag("--json", to_check_.json, "The result as JSON, for programs");
    AddJobOptions(*explain_, job_);
    explain_->add_flag("--json", to_explain_.json, "The same as JSON, for programs");
    AddSavepoint();
    AddJobOptions(*replay_, job_);
    replay_->add_option("files", to_replay_.files)->required()->type_name("FILE...");
    replay_
        ->add_option("--state", to_replay_.state_dir,
                     "Directory of this replay's checkpoints [./.sluice/<job name>/replay-...]")
        ->type_name("DIR");
    version_->add_flag("--json", version_args_.json, "As JSON, for programs");
    plugins_->add_option("name", plugin_.name)->type_name("NAME");
    plugins_->add_flag("--json", plugin_.json, "All plugins with all their options, for programs");
    dump_->add_option("format", dumped_.format)->required()->type_name("WHAT");
    dump_->add_option("path", dumped_.path)->required()->type_name("PATH");
  }

  Command Parse(const std::vector<std::string>& args) {
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream err;
      if (app_.exit(error, out, err) == 0) return Usage{out.str(), true};
      return Usage{Complaint(error, args), false};
    }
    return Chosen();
  }

 private:
  // What is wrong, the nearest right word, and where the help is.
  std::string Complaint(const CLI::ParseError& error, const std::vector<std::string>& args) const {
    const auto chosen = app_.get_subcommands();
    std::vector<std::string> known;
    if (chosen.empty()) {
      for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; })) {
        known.push_back(command->get_name());
      }
      const std::string& word = args.front();
      const std::string text = word.starts_with('-')
                                   ? fmt::format("'{}' is no option", word)
                                   : fmt::format("there is no command '{}'", word);
      return fmt::format("sluice: {}{}\nsluice --help lists the commands\n", text,
                         DidYouMean(args.front(), known));
    }
    const std::string name = "sluice " + chosen.front()->get_name();
    for (const CLI::Option* option : chosen.front()->get_options()) {
      for (const std::string& word : option->get_lnames()) known.push_back("--" + word);
    }
    const auto extras = chosen.front()->remaining();
    const std::string meant = extras.empty() ? "" : DidYouMean(extras.front(), known);
    return fmt::format("{}: {}{}\n{} --help shows its options\n", name, error.what(), meant, name);
  }

  void AddRun() {
    AddJobOptions(*run_, job_);
    run_->add_option("--state", to_run_.state_dir,
                     "Directory of the job's checkpoints [./.sluice/<job name>]")
        ->type_name("DIR");
    CLI::Option* fresh =
        run_->add_flag("--fresh", to_run_.fresh, "Forget earlier checkpoints and begin anew");
    CLI::Option* heal = run_->add_flag("--heal", to_run_.heal,
                                       "Begin anew, but compare with what the targets hold and "
                                       "write only what differs");
    heal->excludes(fresh);
    CLI::Option* once =
        run_->add_flag("--once", to_run_.once,
                       "Do nothing when the job has finished before, instead of beginning "
                       "anew");
    once->excludes(fresh)->excludes(heal);
    run_->add_option("-r,--restore", to_run_.restore,
                     "Go on from a savepoint: its number, or its directory")
        ->type_name("SAVEPOINT")
        ->excludes(fresh)
        ->excludes(heal)
        ->excludes(once);
    run_->add_flag("--json", to_run_.json, "The statistics at the end as JSON, for programs");
    run_->add_option("--max-retained", to_run_.max_retained,
                     "Checkpoints to keep beyond those that are needed [2]")
        ->type_name("N");
  }

  Command Chosen() {
    JobArgs job;
    if (const Status status = Read(job_, job); !status.ok()) {
      return Usage{std::string(status.message()) + "\n", false};
    }
    if (run_->parsed()) {
      to_run_.job = std::move(job);
      return std::move(to_run_);
    }
    if (check_->parsed()) {
      to_check_.job = std::move(job);
      return std::move(to_check_);
    }
    if (explain_->parsed()) {
      to_explain_.job = std::move(job);
      return std::move(to_explain_);
    }
    if (replay_->parsed()) {
      to_replay_.job = std::move(job);
      return std::move(to_replay_);
    }
    if (savepoint_->parsed()) return AsSavepoint();
    if (plugins_->parsed()) return std::move(plugin_);
    if (dump_->parsed()) return std::move(dumped_);
    return version_args_;
  }

  void AddSavepoint() {
    savepoint_->add_option("name", to_save_.name, "Name of the job")->type_name("NAME");
    savepoint_
        ->add_option("--state", to_save_.state_dir,
                     "Directory of the job's checkpoints [./.sluice/NAME]")
        ->type_name("DIR");
    savepoint_
        ->add_option("--timeout", to_save_.timeout_seconds,
                     "Seconds to wait for the job to stop [600]")
        ->type_name("SECONDS");
    savepoint_->add_flag("--json", to_save_.json, "The result as JSON, for programs");
  }

  Command AsSavepoint() {
    if (to_save_.name.empty() && to_save_.state_dir.empty()) {
      return Usage{
          "sluice savepoint: which job? give its name, or its state directory with --state\n",
          false};
    }
    return std::move(to_save_);
  }

  CLI::App app_{"Moves data between systems, without loss and without doubles.", "sluice"};
  CLI::App* run_ = app_.add_subcommand("run", "Run a job until it ends or is stopped");
  CLI::App* check_ = app_.add_subcommand("check", "Read a job file and show every mistake");
  CLI::App* explain_ =
      app_.add_subcommand("explain", "Connect to the source and show what the job would do");
  CLI::App* savepoint_ = app_.add_subcommand(
      "savepoint", "Stop a running job with a checkpoint that stays until you remove it");
  CLI::App* replay_ =
      app_.add_subcommand("replay", "Write mended dead letters of a job into its targets");
  CLI::App* plugins_ = app_.add_subcommand("plugins", "List plugins, or the options of one");
  CLI::App* dump_ = app_.add_subcommand("dump", "Show a checkpoint or a log file as text");
  CLI::App* version_ = app_.add_subcommand("version", "Print the version");
  JobTexts job_;
  RunArgs to_run_;
  CheckArgs to_check_;
  ExplainArgs to_explain_;
  SavepointArgs to_save_;
  ReplayArgs to_replay_;
  VersionArgs version_args_;
  PluginsArgs plugin_;
  DumpArgs dumped_;
};

}  // namespace

Command ParseArgs(const std::vector<std::string>& args) {
  if (args == std::vector<std::string>{"--version"}) return VersionArgs{};
  Commands commands;
  return commands.Parse(args.empty() ? std::vector<std::string>{"--help"} : args);
}

}  // namespace sluice::cli
