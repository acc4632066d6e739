// What the checks look at: one file's configuration, compiled, and where in the file each of its lines stands.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/policy_book.hpp"
#include "parser/check/check.hpp"
#include "parser/compile.hpp"
#include "parser/configuration.hpp"

namespace parser {

class Subject {
 public:
  /// `lines` gives the number of each accepted line by the blocks it stands in and its text, as key() makes it. `now`: seconds
  /// since 1970; 0: not known.
  Subject(std::string file, Configuration configuration, const std::unordered_map<std::string, std::size_t>& lines,
          std::int64_t now);
  static std::string key(const std::vector<std::string>& blocks, const std::string& text);

  const std::string& file() const { return file_; }
  std::int64_t now() const { return now_; }
  const Node& root() const { return configuration_.data().root; }
  const Compiled& compiled() const { return compiled_; }
  /// As the engine looks things up in it; without interfaces.
  const engine::PolicyBook& book() const { return *book_; }
  /// Where the line was entered last; line 0 where it was not entered as such.
  Place place(const Node& line) const;
  /// The same, or where its block was entered.
  Place place_or(const Node& line, const Node& block) const;
  /// The first line of type T in the block, or the block itself.
  template <class T>
  Place place_of(const Node& block) const {
    for (const auto& child : block.children)
      if (child->as<T>()) return place(*child);
    return place(block);
  }
  /// The first block of type T of which `wanted(const T&)` is true, or null.
  template <class T, class Wanted>
  const Node* find(Wanted wanted) const {
    for (const auto& child : root().children)
      if (const T* value = child->as<T>(); value && wanted(*value)) return child.get();
    return nullptr;
  }
  template <class T>
  const Node* find_named(const std::string& name) const {
    return find<T>([&](const T& each) { return each.name == name; });
  }

 private:
  void locate(const Node& block, std::vector<std::string>& path, const std::unordered_map<std::string, std::size_t>& lines);
  std::string file_;
  std::int64_t now_;
  Configuration configuration_;
  Compiled compiled_;
  std::shared_ptr<engine::PolicyBook> book_ = std::make_shared<engine::PolicyBook>();
  std::unordered_map<const Node*, std::size_t> places_;
};

/// One check: a small function that looks for one thing.
struct OneFileCheck {
  const char* name;
  void (*look)(const Subject&, std::vector<Finding>&);
};
const std::vector<OneFileCheck>& one_file_checks();
/// Certificates that have expired, are weak, or cannot be read (parser/check/certificates.cpp).
void certificate_findings(const Subject& subject, std::vector<Finding>& findings);
/// parser/check/clients.cpp
void native_clients(const Subject& subject, std::vector<Finding>& findings);
/// parser/check/names.cpp; behind what the compiler says.
void undefined_names(const Subject& subject, std::vector<Finding>& findings);
/// Two tunnel interfaces as the ends of one tunnel (parser/check/tunnel_ends.cpp).
void compare_tunnels(const Subject& a, const Node& interface_a, const Subject& b, const Node& interface_b,
                     std::vector<Finding>& findings);
/// Tunnels between the two that one end has shut down.
void shut_tunnels(const Subject& a, const Subject& b, std::vector<Finding>& findings);
/// The files as two ends of a tunnel.
std::vector<Finding> compare(const Subject& a, const Subject& b);

}  // namespace parser
