// The EXEC commands on files: dir, more, verify, delete, copy.
#pragma once

#include "cli/capture_commands.hpp"

namespace cli {

class FileCommands : public CaptureCommands {
 public:
  using CaptureCommands::CaptureCommands;
  using CaptureCommands::operator();

  void operator()(const parser::Dir& command) const;
  void operator()(const parser::More& command) const;
  void operator()(const parser::VerifyMd5& command) const;
  void operator()(const parser::DeleteFile& command) const;
  void operator()(const parser::CopyFile& command) const;

 protected:
  /// `file prompt quiet` is configured, or nobody is there to answer.
  bool asks_nothing() const;

 private:
  void copy(const parser::CopyFile& command, const std::string& to) const;
  void copy_into_running(const std::string& file) const;
  void copy_to(const std::string& to, std::function<engine::Result<std::string>()> text) const;
  /// Runs `work` beside the loop: what it answers is shown, or why it failed.
  void beside(std::function<engine::Result<std::string>()> work) const;
};

}  // namespace cli
