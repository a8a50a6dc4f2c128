#include "launcher/control/reader.hpp"

#include <boost/asio/post.hpp>
#include <cerrno>
#include <exception>
#include <string>
#include <utility>

namespace launcher {
namespace {

using shmheap::fail;
using shmheap::Result;
using shmheap::Status;

constexpr const char* doing = "read the description";

Status do_guarded(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::bad_alloc&) {
        return fail(ENOMEM, doing);
    } catch (const std::exception& error) {
        return fail(EIO, doing, error.what());
    } catch (...) {
        return fail(EIO, doing, "unknown failure");
    }
    return {};
}

}  // namespace

Reader::Place::Place(Reader& reader) : reader_(&reader) {
    ++reader.places_;
}

Reader::Place::Place(Place&& other) noexcept
    : reader_(std::exchange(other.reader_, nullptr)),
      has_turn_(std::exchange(other.has_turn_, false)) {}

Reader::Place& Reader::Place::operator=(Place&& other) noexcept {
    std::swap(reader_, other.reader_);
    std::swap(has_turn_, other.has_turn_);
    return *this;
}

Reader::Place::~Place() {
    end_turn();
    if (reader_ != nullptr) --reader_->places_;
}

void Reader::Place::end_turn() {
    if (!std::exchange(has_turn_, false)) return;
    reader_->is_taken_ = false;
    if (!reader_->waiting_.empty()) reader_->waiting_.front()->release();
}

/// First come, first served. False: closed.
Awaitable<bool> Reader::take_turn() {
    Latch mine(executor_);
    waiting_.push_back(&mine);
    while (!is_closed_ && (is_taken_ || waiting_.front() != &mine))
        co_await mine.wait_until(end_of_time);
    std::erase(waiting_, &mine);
    co_return !is_closed_;
}

/// The thread keeps nothing of ours but the executor, and the task until it is handed back.
Status Reader::begin(std::function<void()> work) {
    if (!worker_) {
        auto worker = Worker::start("harrier-read", Worker::Priority::normal);
        if (!worker) return tl::unexpected(worker.error());
        worker_ = std::move(*worker);
    }
    task_ = std::make_shared<Task>(executor_);
    worker_->post([executor = executor_, task = task_, work = std::move(work)]() mutable {
        task->outcome = do_guarded(work);
        work = nullptr;
        asio::post(executor, [task = std::move(task)] {
            task->is_over = true;
            task->is_done.release();
        });
    });
    return {};
}

Awaitable<Result<Reader::Place>> Reader::read(std::function<void()> work) {
    if (places_ == readings_max) {
        const std::string many = std::to_string(readings_max) + " requests wait for that";
        co_return fail(EBUSY, doing, many);
    }
    Place place(*this);
    const bool has_turn = co_await take_turn();
    if (!has_turn) co_return fail(ECANCELED, doing);
    is_taken_ = true;
    place.has_turn_ = true;
    if (const auto begun = begin(std::move(work)); !begun) co_return tl::unexpected(begun.error());
    const std::shared_ptr<Task> task = task_;
    while (!task->is_over && !is_closed_)
        co_await task->is_done.wait_until(end_of_time);
    if (!task->is_over) co_return fail(ECANCELED, doing);
    task_.reset();
    if (!task->outcome) co_return tl::unexpected(task->outcome.error());
    co_return place;
}

void Reader::close() {
    is_closed_ = true;
    for (Latch* each : waiting_)
        each->release();
    if (task_) task_->is_done.release();
}

bool Reader::end() {
    if (task_) {
        // Its loop is its own, and stays with it.
        (void)worker_.release();
        task_.reset();
        return false;
    }
    worker_.reset();
    return true;
}

}  // namespace launcher
