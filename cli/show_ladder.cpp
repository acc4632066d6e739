#include "cli/show_ladder.hpp"

#include <algorithm>
#include <cstdio>

#include "engine/wire/message.hpp"

namespace cli {
namespace {

using engine::Notice;
using engine::NoticeKind;

constexpr std::size_t most_peers = 20;
constexpr std::size_t margin = 12, inside = 62;  // columns: in front of the first line, and between the two

std::string number_or(std::string_view name, unsigned number) {
  return name.empty() ? std::to_string(number) : std::string(name);
}

LadderStepKind kind_of(const Notice& notice) {
  switch (notice.kind) {
    case NoticeKind::datagram_sent:
      return LadderStepKind::sent;
    case NoticeKind::datagram_received:
      return LadderStepKind::received;
    case NoticeKind::datagram_retransmitted:
      return LadderStepKind::sent_again;
    case NoticeKind::datagram_dropped:
      return LadderStepKind::dropped;
    default:
      return LadderStepKind::event;
  }
}

/// What happened, for what is no message.
std::string event_text(const Notice& notice) {
  const std::string cause(engine::text_of(notice.cause).name), text = escaped(notice.text);
  const auto with = [&](const std::string& what) { return text.empty() ? what : what + " " + text; };
  switch (notice.kind) {
    case NoticeKind::datagram_dropped:
      return "dropped, " + cause + ": " + text;
    case NoticeKind::negotiation_started:
      return with("negotiation begins, policy");
    case NoticeKind::negotiation_failed:
      return "FAILED, " + cause + ": " + text;
    case NoticeKind::ike_sa_up:
      return with("IKE SA up with");
    case NoticeKind::ike_sa_rekeyed:
      return "IKE SA rekeyed";
    case NoticeKind::ike_sa_moved:
      return "IKE SA moved (MOBIKE)";
    case NoticeKind::ike_sa_down:
      return "IKE SA down, " + cause;
    case NoticeKind::child_sa_up:
      return "Child SA up";
    case NoticeKind::child_sa_down:
      return "Child SA down, " + cause;
    case NoticeKind::child_sa_rekeyed:
      return "Child SA rekeyed";
    case NoticeKind::child_sa_retired:
      return "Child SA retired";
    case NoticeKind::policy_found:
      return with("policy");
    case NoticeKind::keyring_peer_found:
      return with("keyring peer");
    case NoticeKind::proposal_chosen:
      return with("proposal");
    case NoticeKind::nat_detected:
      return "NAT detected";
    case NoticeKind::nat_not_found:
      return "no NAT";
    case NoticeKind::auth_verified:
      return "the peer is authentic";
    default:
      return {};
  }
}

LadderStep step_of(const Record& record, engine::Time now) {
  const Notice& notice = record.notice;
  LadderStep out;
  out.kind = kind_of(notice);
  out.ago = now - record.at;
  out.ike_sa = notice.sa.value;
  out.message_id = notice.message_id;
  out.count = record.count;
  out.response = notice.response;
  out.local = notice.local;
  out.remote = notice.remote;
  out.text = event_text(notice);
  if (notice.exchange != 0)
    out.exchange = number_or(engine::wire::name_of(static_cast<engine::wire::ExchangeType>(notice.exchange)), notice.exchange);
  for (const std::uint8_t type : notice.payloads)
    if (type != static_cast<std::uint8_t>(engine::wire::PayloadType::notify))
      out.payloads.push_back(number_or(engine::wire::name_of(static_cast<engine::wire::PayloadType>(type)), type));
  for (const std::uint16_t type : notice.notifies)
    out.notifies.push_back(number_or(engine::wire::name_of(static_cast<engine::NotifyType>(type)), type));
  return out;
}

/// Whether an answer to the request at `index` was received later.
bool answered(const std::vector<Record>& records, std::size_t index) {
  const Notice& request = records[index].notice;
  return std::any_of(records.begin() + static_cast<std::ptrdiff_t>(index), records.end(), [&](const Record& record) {
    const Notice& n = record.notice;
    return n.kind == NoticeKind::datagram_received && n.response && n.exchange == request.exchange &&
           n.message_id == request.message_id && n.spi_i == request.spi_i;
  });
}

std::string seconds_text(engine::Duration ago) {
  char text[32];
  const long long milliseconds = ago.count() / 1000;
  std::snprintf(text, sizeof text, "-%lld.%03lld", milliseconds / 1000, milliseconds % 1000);
  const std::string out = text;
  return out.size() < margin - 1 ? std::string(margin - 1 - out.size(), ' ') + out + " " : out + " ";
}

std::string replaced(std::string line, Drawing drawing) {
  if (drawing == Drawing::ascii) return line;
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) switch (line[i]) {
      case '|':
        out += "\u2502";
        break;
      case '>':
        out += "\u25b6";
        break;
      case '<':
        out += "\u25c0";
        break;
      case '-':  // a hyphen stands alone
        out += (i > 0 && line[i - 1] == '-') || (i + 1 < line.size() && line[i + 1] == '-') ? "\u2500" : "-";
        break;
      default:
        out += line[i];
    }
  return out;
}

/// `words` in lines of the diagram, none longer than it.
void put_words(std::string& out, const std::vector<std::string>& words, Drawing drawing) {
  std::string line;
  const auto end = [&] {
    if (!line.empty()) out += std::string(margin, ' ') + replaced("|   " + padded(line, inside - 3) + "|", drawing) + "\n";
    line.clear();
  };
  for (const std::string& word : words) {
    if (!line.empty() && line.size() + 1 + word.size() > inside - 4) end();
    line += (line.empty() ? "" : " ") + word.substr(0, inside - 4);
  }
  end();
}

void put_message(std::string& out, const LadderStep& step, Drawing drawing) {
  const bool leftward = step.kind == LadderStepKind::received || step.kind == LadderStepKind::received_again;
  std::string title = step.exchange + (step.response ? " answer " : " request ") + std::to_string(step.message_id);
  if (step.kind == LadderStepKind::sent_again) title += " AGAIN";
  if (step.count > 1) title += " x" + std::to_string(step.count);
  if (step.unanswered) title += ", no answer";
  title.resize(std::min(title.size(), inside - 8));
  const std::size_t dashes = inside - 5 - title.size();
  const std::string arrow = leftward ? "|<" + std::string(dashes, '-') + " " + title + " --|"
                                     : "|-- " + title + " " + std::string(dashes, '-') + (step.unanswered ? "X|" : ">|");
  out += seconds_text(step.ago) + replaced(arrow, drawing) + "\n";
  std::vector<std::string> words = step.payloads;
  words.insert(words.end(), step.notifies.begin(), step.notifies.end());
  put_words(out, words, drawing);
}

void put_event(std::string& out, const LadderStep& step, Drawing drawing) {
  constexpr std::size_t width = inside + 2;
  std::string text = "* " + step.text;
  std::string time = seconds_text(step.ago);
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > width) {
      end = text.rfind(' ', width);
      if (end == std::string::npos || end < 10) end = width;
    }
    out += time + replaced(text.substr(0, end), drawing == Drawing::utf8 ? Drawing::ascii : drawing) + "\n";
    text.erase(0, std::min(text.size(), end));
    if (const auto next = text.find_first_not_of(' '); next != std::string::npos) text = "  " + text.substr(next);
    time = std::string(margin, ' ');
  }
}

}  // namespace

Ladders ladders(const Recorder& recorder, engine::Time now, const std::optional<engine::IpAddress>& peer) {
  std::vector<engine::IpAddress> wanted = peer ? std::vector{*peer} : recorder.peers();
  if (wanted.size() > most_peers) wanted.resize(most_peers);
  Ladders out;
  for (const engine::IpAddress& address : wanted) {
    const std::vector<Record> records = recorder.of_peer(address);
    if (records.empty()) continue;
    PeerLadder ladder{address, {}};
    for (std::size_t i = 0; i < records.size(); ++i) {
      LadderStep step = step_of(records[i], now);
      if (step.kind == LadderStepKind::event && step.text.empty()) continue;
      const bool request = !step.response && (step.kind == LadderStepKind::sent || step.kind == LadderStepKind::sent_again);
      step.unanswered = request && !answered(records, i);
      ladder.steps.push_back(std::move(step));
    }
    out.peers.push_back(std::move(ladder));
  }
  return out;
}

std::string show_ladder(const Ladders& ladders, Drawing drawing) {
  std::string out;
  for (const PeerLadder& ladder : ladders.peers) {
    if (ladder.steps.empty()) continue;
    out += out.empty() ? "" : "\n";
    const std::string left = ios_socket(ladder.steps.back().local), remote = ios_socket(ladder.steps.back().remote);
    const bool beside = left.size() + 1 + remote.size() <= inside + 2;
    out += padded("  seconds", margin) + left + (beside ? "" : "\n" + std::string(margin, ' ')) +
           right(remote, inside + 2 - (beside ? left.size() : 0)) + "\n";
    for (const LadderStep& step : ladder.steps)
      step.kind == LadderStepKind::event || step.kind == LadderStepKind::dropped ? put_event(out, step, drawing)
                                                                                 : put_message(out, step, drawing);
  }
  return out.empty() ? "Nothing is recorded.\n" : out;
}

}  // namespace cli
