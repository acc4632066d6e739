#include "cli/scp.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "cli/batch.hpp"

namespace cli {
namespace {

constexpr std::size_t most_of_a_head = 4096, piece_octets = 32768;

/// The two streams. Octets are read one at a time where their number is not known: what follows belongs to whoever reads next.
class Peer {
 public:
  bool read(char* octets, std::size_t count) {
    while (count > 0) {
      const ssize_t got = ::read(STDIN_FILENO, octets, count);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      octets += got;
      count -= static_cast<std::size_t>(got);
    }
    return true;
  }
  /// nullopt: the other end is through.
  std::optional<std::string> head() {
    std::string out;
    for (char c = 0; read(&c, 1) && out.size() < most_of_a_head; out += c)
      if (c == '\n') return out;
    return std::nullopt;
  }
  bool write(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t put = ::write(STDOUT_FILENO, octets.data(), octets.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  bool agree() { return write(std::string_view("\0", 1)); }
  /// Tells a failure.
  bool refuse(std::string why) {
    std::replace(why.begin(), why.end(), '\n', ' ');
    write("\x01scp: " + why + "\n");
    return false;
  }
  bool agreed() {
    char answer = 1;
    return read(&answer, 1) && answer == 0;
  }
};

/// What the daemon refuses a request with; empty: it is done.
std::string asked(ControlClient& client, const Request& request) {
  if (!client.send(request)) throw std::runtime_error("the connection to sallyportd is lost");
  std::string refusal;
  while (true) {
    const auto reply = client.receive();
    if (!reply) throw std::runtime_error("the connection to sallyportd is lost");
    if (reply->kind == ReplyKind::refusal) refusal += reply->text;
    if (reply->kind == ReplyKind::done) return refusal;
  }
}

/// `flash:` or a folder alone: the other end's name goes behind it.
std::string target(const std::string& file, std::string_view name) {
  const bool folder = file == "." || file.ends_with(':') || file.ends_with('/');
  if (file == ".") return "flash:" + std::string(name);
  return folder ? file + std::string(name) : file.find(':') == std::string::npos && file.front() != '/' ? "flash:" + file : file;
}

bool take_file(ControlClient& client, Peer& peer, const std::string& file, std::string_view head) {
  std::istringstream words{std::string(head)};  // "C0644 738 name"
  std::string mode, name;
  std::size_t size = 0;
  if (!(words >> mode >> size) || !std::getline(words >> std::ws, name)) return peer.refuse("a head that is none");
  peer.agree();
  std::string refusal;
  for (std::string piece; size > 0; size -= piece.size()) {
    piece.resize(std::min(size, piece_octets));
    if (!peer.read(piece.data(), piece.size())) return false;
    if (refusal.empty()) refusal = asked(client, {RequestKind::piece, 0, Interaction::batch, piece});
  }
  if (!peer.agreed()) return false;
  if (refusal.empty()) refusal = asked(client, {RequestKind::store, 0, Interaction::batch, target(file, name)});
  return refusal.empty() ? peer.agree() : peer.refuse(refusal);
}

bool take_files(ControlClient& client, Peer& peer, const std::string& file) {
  asked(client, {RequestKind::hello, 80, Interaction::batch, {}});
  peer.agree();
  bool fine = true;
  while (const auto head = peer.head()) {
    if (head->starts_with('C'))
      fine = take_file(client, peer, file, *head) && fine;
    else if (head->starts_with('T'))
      peer.agree();
    else
      return peer.refuse("files alone are taken");
  }
  return fine;
}

bool give_file(ControlClient& client, Peer& peer, const std::string& file) {
  const std::string name = target(file, "");
  std::ostringstream text;
  bool asked_once = false;
  const auto next = [&]() -> std::optional<std::string> {
    return std::exchange(asked_once, true) ? std::nullopt : std::optional("more " + name);
  };
  if (!peer.agreed()) return false;
  if (!run_batch(client, {next, [] { return true; }}, text)) return peer.refuse(text.str());
  const std::string octets = text.str();
  // OpenSSH takes a file by no other name than it has asked for, a device before it and all.
  return peer.write("C0600 " + std::to_string(octets.size()) + " " + file.substr(file.rfind('/') + 1) + "\n") && peer.agreed() &&
         peer.write(octets) && peer.agree() && peer.agreed();
}

}  // namespace

std::optional<ScpRequest> scp_request(std::string_view command) {
  std::istringstream words{std::string(command)};
  std::string word;
  words >> word;
  if (word.substr(word.rfind('/') + 1) != "scp") return std::nullopt;
  std::optional<ScpRequest> out;
  while (words >> word) {
    if (word == "-t") out = {ScpRequest::Way::to_us, {}};
    if (word == "-f") out = {ScpRequest::Way::from_us, {}};
    if (out && word.front() != '-') out->file = word;
  }
  return out && !out->file.empty() ? out : std::nullopt;
}

bool serve_scp(ControlClient& client, const ScpRequest& request) {
  Peer peer;
  return request.way == ScpRequest::Way::to_us ? take_files(client, peer, request.file) : give_file(client, peer, request.file);
}

}  // namespace cli
