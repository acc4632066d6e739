#include "tests/replay/replayer.hpp"

#include <deque>
#include <map>
#include <sstream>
#include <vector>

#include "cli/input_log.hpp"
#include "cli/replay_text.hpp"
#include "engine/endpoint.hpp"
#include "engine/wire/message.hpp"

namespace replay {
namespace {

using namespace engine;
using cli::WordReader;

/// Hands out what the recording says was drawn. A secret is a number, over and over.
class DrawnOctets final : public Rng {
 public:
  struct Draw {
    bool secret = false;
    Bytes octets;
  };
  std::deque<Draw> draws;
  std::string difference;

  void fill(std::span<std::uint8_t> out) override { hand_out(out, false); }
  void fill_secret(std::span<std::uint8_t> out) override { hand_out(out, true); }

 private:
  void hand_out(std::span<std::uint8_t> out, bool secret) {
    ++count_;
    std::fill(out.begin(), out.end(), static_cast<std::uint8_t>(1 + count_ % 251));
    const bool fits = !draws.empty() && draws.front().secret == secret && draws.front().octets.size() == out.size();
    if (!fits && difference.empty())
      difference = "it draws " + std::to_string(out.size()) + (secret ? " secret" : "") + " octets, and the recording does not";
    if (draws.empty()) return;
    if (fits && !secret) std::copy(draws.front().octets.begin(), draws.front().octets.end(), out.begin());
    draws.pop_front();
  }
  std::uint64_t count_ = 0;
};

/// An event of the recording with everything that belongs to it.
struct Step {
  std::string in, block;
  std::deque<DrawnOctets::Draw> draws;
  std::vector<std::string> out;
};

std::vector<Step> steps_of(const std::string& recording) {
  std::vector<Step> out;
  std::istringstream lines(recording);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (line.starts_with("in ")) {
      out.push_back({line.substr(3), {}, {}, {}});
    } else if (!out.empty() && line.starts_with("| ")) {
      out.back().block += line.substr(2) + "\n";
    } else if (!out.empty() && line.starts_with("draw ")) {
      out.back().draws.push_back({false, from_hex(line.substr(5)).value_or(Bytes())});
    } else if (!out.empty() && line.starts_with("draw-secret ")) {
      out.back().draws.push_back({true, Bytes(std::strtoul(line.c_str() + 12, nullptr, 10))});
    } else if (!out.empty() && line.starts_with("out ")) {
      out.back().out.push_back(line.substr(4));
    }
  }
  return out;
}

class Replay {
 public:
  Replay(const std::string& recording, const ConfigurationOf& configuration_of)
      : recording_(recording), configuration_of_(configuration_of), endpoint_(random_) {}

  Outcome play() {
    if (!recording_.starts_with("sallyport replay 1\n")) return {0, 0, "this is no recording"};
    for (Step& step : steps_of(recording_)) {
      ++outcome_.events;
      const std::string in = step.in;
      const std::string why = take(step);
      if (!why.empty()) {
        outcome_.difference = "event " + std::to_string(outcome_.events) + ", " + in.substr(0, 200) + ":\n" + why;
        break;
      }
    }
    return outcome_;
  }

 private:
  /// What differs.
  std::string take(Step& step) {
    WordReader words(step.in);
    std::uint64_t microseconds = 0;
    words.get(microseconds);
    const Time now{Duration(static_cast<Duration::rep>(microseconds))};
    const std::string name(words.word());
    random_.draws = std::move(step.draws);
    Actions actions;
    if (name == "tick") {
      endpoint_.tick(now, actions);
    } else {
      auto event = event_of(name, words, step);
      if (!event) return "the recording has an event that cannot be played: " + why_not_;
      endpoint_.handle(now, std::move(*event), actions);
    }
    endpoint_.check_invariants();
    if (!random_.difference.empty()) return random_.difference;
    if (!random_.draws.empty()) return "it draws fewer random octets than were recorded";
    return compare(actions, step.out);
  }

  std::optional<Event> event_of(const std::string& name, WordReader& words, const Step& step) {
    if (name == "config") {
      auto config = configuration_of_(step.block);
      if (!config) why_not_ = "its configuration";
      return config ? std::optional<Event>(ConfigChanged{std::move(config)}) : std::nullopt;
    }
    if (name == "datagram") return datagram(words);
    if (name == "job-done") return job_done(words);
    why_not_ = name;
    return cli::event_of(name, words);
  }

  std::optional<Event> datagram(WordReader& words) {
    Datagram out;
    words.get(out.local);
    words.get(out.remote);
    if (words.at_end()) return out;
    why_not_ = "a datagram";
    if (words.word() == "clear") {
      words.get(out.payload);
      return words.ok() ? std::optional<Event>(std::move(out)) : std::nullopt;
    }
    cli::OpenedMessage opened;
    words.get(opened.keys);
    words.get(opened.prefix);
    words.get(opened.iv);
    words.get(opened.plain);
    const auto header = wire::parse_header(opened.prefix);
    if (!words.ok() || !header.ok()) return std::nullopt;
    const cli::ExportedKeys keys = cli::keys_of(keys_, header->spi_i, header->spi_r);
    // Before the engine has keys of an SA it cannot open its messages, whatever they are sealed with.
    out.payload = opened.keys < keys.size() ? cli::seal_message(opened, *keys[opened.keys]) : opened.prefix;
    return out;
  }

  std::optional<Event> job_done(WordReader& words) {
    JobDone out{};
    words.get(out.id);
    const auto job = jobs_.find(out.id);
    why_not_ = "the result of a job that was not begun";
    if (job == jobs_.end()) return std::nullopt;
    const std::string_view what = words.word();
    if (what == "failure") {
      Failure failure;
      words.get(failure);
      out.result = std::move(failure);
    } else if (auto* exchange = std::get_if<crypto::DhJob>(&job->second); exchange && what == "dh") {
      crypto::DhResult result;
      words.get(result.public_value);
      result.private_key = std::move(exchange->private_key);
      // Nobody has to agree with us on it: both ends' messages are sealed with what we make of it.
      if (exchange->step != crypto::DhStep::begin) result.shared = Secret(Bytes(32, static_cast<std::uint8_t>(out.id.value)));
      out.result = std::move(result);
    } else if (what == "psk") {
      crypto::PskAuthResult result;
      words.get(result.auth);
      out.result = std::move(result);
    } else if (auto* mix = std::get_if<crypto::PpkJob>(&job->second); mix && what == "ppk") {
      out.result = crypto::PpkResult{std::move(mix->d), std::move(mix->pi), std::move(mix->pr)};
    } else {
      return std::nullopt;
    }
    jobs_.erase(job);
    return words.ok() ? std::optional<Event>(std::move(out)) : std::nullopt;
  }

  std::string compare(Actions& actions, const std::vector<std::string>& recorded) {
    for (Action& action : actions)
      if (auto* keys = std::get_if<ExportKeys>(&action)) {
        keys_.push_back(std::make_shared<const ExportKeys>(std::move(*keys)));
        action = ExportKeys{
            keys_.back()->spi_i, keys_.back()->spi_r, keys_.back()->encryption, keys_.back()->integrity, {}, {}, {}, {}};
      }
    for (std::size_t i = 0; i < std::max(actions.size(), recorded.size()); ++i, ++outcome_.actions) {
      const std::string now = i < actions.size() ? words_of(actions[i]) : "nothing";
      const std::string then = i < recorded.size() ? recorded[i] : "nothing";
      if (now != then) return "  recorded: " + then + "\n  replayed: " + now;
    }
    return {};
  }

  std::string words_of(Action& action) {
    if (auto* sent = std::get_if<SendDatagram>(&action)) {
      cli::WordWriter ends;
      ends.put(sent->local);
      ends.put(sent->remote);
      return "datagram" + ends.text() + cli::message_words(sent->payload, keys_);
    }
    const std::string out = std::visit(
        [](const auto& each) {
          if constexpr (requires { cli::line_of(each); })
            return cli::line_of(each);
          else
            return std::string("unplayable");
        },
        action);
    if (auto* job = std::get_if<StartJob>(&action)) jobs_.emplace(job->id, std::move(job->job));
    return out;
  }

  const std::string& recording_;
  const ConfigurationOf& configuration_of_;
  DrawnOctets random_;
  Endpoint endpoint_;
  std::map<JobId, crypto::Job> jobs_;
  cli::ExportedKeys keys_;
  Outcome outcome_;
  std::string why_not_;
};

}  // namespace

Outcome replay(const std::string& recording, const ConfigurationOf& configuration_of) {
  return Replay(recording, configuration_of).play();
}

}  // namespace replay
