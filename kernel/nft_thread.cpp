#include "kernel/nft_thread.hpp"

#include <nftables/libnftables.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "kernel/install_failure.hpp"

namespace kernel {

void NftContextFree::operator()(nft_ctx* context) const { nft_ctx_free(context); }

Nft make_nft() {
  Nft out(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!out) return out;
  nft_ctx_buffer_error(out.get());
  nft_ctx_buffer_output(out.get());
  return out;
}

engine::Status run_nft(nft_ctx* context, const std::string& commands) {
  if (!context) return failed("libnftables does not start");
  if (nft_run_cmd_from_buffer(context, commands.c_str()) == 0) return engine::Done{};
  const std::string_view why = nft_ctx_get_error_buffer(context);
  return failed("nftables: " + std::string(why.substr(0, why.find('\n'))));
}

engine::Result<std::unique_ptr<NftThread>> NftThread::create() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return failed_call("eventfd");
  return std::unique_ptr<NftThread>(new NftThread(fd));
}

NftThread::~NftThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  if (thread_) thread_->join();
  close(fd_);
}

void NftThread::run(std::string name, std::function<std::string()> text) {
  ++under_way_;
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back({std::move(name), std::move(text)});
  }
  if (!thread_) thread_.emplace([this] { work(); });
  wake_.notify_one();
}

std::vector<NftThread::Done> NftThread::take() {
  std::uint64_t count = 0;
  (void)!read(fd_, &count, sizeof count);
  const std::lock_guard lock(mutex_);
  under_way_ -= finished_.size();
  return std::exchange(finished_, {});
}

void NftThread::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return orders_.empty() && !working_; });
}

void NftThread::work() {
  const Nft nft = make_nft();
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return ending_ || !orders_.empty(); });
    if (orders_.empty()) return;
    Order order = std::move(orders_.front());
    orders_.pop_front();
    working_ = true;
    lock.unlock();
    Done done{std::move(order.name), run_nft(nft.get(), order.text())};
    order = {};
    lock.lock();
    working_ = false;
    finished_.push_back(std::move(done));
    const std::uint64_t one = 1;
    (void)!write(fd_, &one, sizeof one);
    done_.notify_all();
  }
}

}  // namespace kernel
