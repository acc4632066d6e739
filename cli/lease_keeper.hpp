// Leases on their way into the database: what changes while one transaction is written is written with the next.
#pragma once

#include <utility>
#include <vector>

#include "cli/background.hpp"
#include "engine/event.hpp"
#include "parser/database.hpp"

namespace cli {

class LeaseKeeper {
 public:
  /// `failed` is told why leases could not be written; they are not tried again.
  LeaseKeeper(Background& background, parser::Database& database, std::function<void(const std::string&)> failed)
      : background_(background), database_(database), failed_(std::move(failed)) {}

  void keep(engine::KeepLease change) {
    pending_.push_back(std::move(change));
    write();
  }

 private:
  void write() {
    if (writing_ || pending_.empty()) return;
    writing_ = true;
    background_.run([this, changes = std::exchange(pending_, {})] { return database_.keep_leases(changes); },
                    [this](const engine::Status& status) {
                      writing_ = false;
                      if (!status.ok()) failed_(status.failure().why);
                      write();
                    });
  }

  Background& background_;
  parser::Database& database_;
  std::function<void(const std::string&)> failed_;
  std::vector<engine::KeepLease> pending_;
  bool writing_ = false;
};

}  // namespace cli
