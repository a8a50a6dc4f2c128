#!/usr/bin/env python3
"""Records what other frameworks leave in /dev/shm, as fixtures for the tests of reaper/foreign.

    record.py [FRAMEWORK...]        as root, on Debian 12

needs, per framework: iceoryx libiceoryx-posh-dev, postgresql-15, openmpi-bin libopenmpi-dev,
pulseaudio, python3-torch, python3-pyqt5.qtwebengine, libfastrtps-dev libfastcdr-dev, libboost-dev;
and g++. Each program runs with a /dev/shm of its own until its files are there; these are copied,
the deleted ones through /proc, and the program is killed. Of each file the first and the last bytes
are kept; manifest.tsv says which, how large it was, and which program made it. The tests need only
that.
"""
import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SHM = pathlib.Path("/dev/shm")
HEAD, TAIL = 4096, 64
PATIENCE = 60.0

FASTDDS = r"""
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <unistd.h>
#include <cstring>
using namespace eprosima::fastdds::dds;
using eprosima::fastrtps::rtps::InstanceHandle_t;
using eprosima::fastrtps::rtps::SerializedPayload_t;
struct Plain : TopicDataType {
    Plain() { setName("Plain"); m_typeSize = 12; m_isGetKeyDefined = false; }
    bool serialize(void* data, SerializedPayload_t* out) override {
        std::memcpy(out->data, data, 8); out->length = 8; return true;
    }
    bool deserialize(SerializedPayload_t* in, void* data) override {
        std::memcpy(data, in->data, 8); return true;
    }
    std::function<uint32_t()> getSerializedSizeProvider(void*) override {
        return [] { return 12u; };
    }
    void* createData() override { return new char[8]; }
    void deleteData(void* data) override { delete[] static_cast<char*>(data); }
    bool getKey(void*, InstanceHandle_t*, bool) override { return false; }
    bool is_bounded() const override { return true; }
    bool is_plain() const override { return true; }
};
int main() {
    auto* participant = DomainParticipantFactory::get_instance()->create_participant(
        0, PARTICIPANT_QOS_DEFAULT);
    TypeSupport type(new Plain);
    type.register_type(participant);
    auto* topic = participant->create_topic("topic", "Plain", TOPIC_QOS_DEFAULT);
    auto* publisher = participant->create_publisher(PUBLISHER_QOS_DEFAULT);
    DataWriterQos qos = DATAWRITER_QOS_DEFAULT;
    qos.data_sharing().automatic();
    if (publisher->create_datawriter(topic, qos) == nullptr) return 1;
    pause();
}
"""
OPENMPI = r"""
#include <mpi.h>
#include <unistd.h>
int main(int count, char** arguments) {
    MPI_Init(&count, &arguments);
    MPI_Barrier(MPI_COMM_WORLD);
    pause();
}
"""
BOOST = r"""
#include <boost/interprocess/ipc/message_queue.hpp>
#include <boost/interprocess/managed_shared_memory.hpp>
#include <unistd.h>
namespace ipc = boost::interprocess;
int main() {
    ipc::managed_shared_memory segment(ipc::create_only, "boost_segment", 65536);
    segment.construct<int>("answer")(42);
    ipc::message_queue queue(ipc::create_only, "boost_queue", 8, 64);
    pause();
}
"""
PYTHON = """
import multiprocessing, multiprocessing.shared_memory, signal
memory = multiprocessing.shared_memory.SharedMemory(create=True, size=100)
memory.buf[:5] = b'hello'
semaphore = multiprocessing.Semaphore(3)
signal.pause()
"""
PYTORCH = """
import signal, torch, torch.multiprocessing
torch.multiprocessing.set_sharing_strategy('file_system')
tensor = torch.arange(1000).share_memory_()
signal.pause()
"""

# Debian's Chromium makes memfds; the one in Qt WebEngine (version 87) still makes files.
CHROMIUM = """
import sys
from PyQt5.QtCore import Qt, QCoreApplication
QCoreApplication.setAttribute(Qt.AA_ShareOpenGLContexts)
from PyQt5.QtWebEngineWidgets import QWebEngineView
from PyQt5.QtWidgets import QApplication
application = QApplication(sys.argv + ['--no-sandbox', '--disable-gpu'])
view = QWebEngineView()
view.setHtml('<p>hello</p>')
view.show()
application.exec()
"""


def compiled(folder, compiler, source, *options):
    suffix = ".c" if compiler == "mpicc" else ".cpp"
    path = folder / ("program" + suffix)
    path.write_text(source)
    subprocess.run([compiler, str(path), "-o", str(folder / "program"), *options], check=True)
    return str(folder / "program")


def start(*command, **how):
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True, **how)


def fastdds(folder):
    return start(compiled(folder, "g++", FASTDDS, "-std=c++17", "-lfastrtps", "-lfastcdr"))


def iceoryx(folder):
    return start("iox-roudi")


def boost(folder):
    return start(compiled(folder, "g++", BOOST, "-std=c++17"))


def pytorch(folder):
    return start("/usr/bin/python3", "-c", PYTORCH)


def python(folder):
    return start("/usr/bin/python3", "-c", PYTHON)


def openmpi(folder):
    return start("mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "2",
                 compiled(folder, "mpicc", OPENMPI))


def postgresql(folder):
    os.chmod(folder, 0o755)
    shutil.chown(folder, "postgres")
    data, tools = folder / "data", "/usr/lib/postgresql/15/bin/"
    subprocess.run(["runuser", "-u", "postgres", "--", tools + "initdb", "-D", str(data)],
                   check=True, stdout=subprocess.DEVNULL)
    server = start("runuser", "-u", "postgres", "--", tools + "postgres", "-D", str(data), "-k",
                   str(folder), "-h", "", "-c", "force_parallel_mode=on")
    await_true(lambda: (folder / ".s.PGSQL.5432").exists())
    query = "select count(pg_sleep(30)) from pg_class"
    subprocess.Popen(["runuser", "-u", "postgres", "--", tools + "psql", "-h", str(folder), "-c",
                      query], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                     start_new_session=True)
    return server


def pulseaudio(folder):
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    (folder / ".config/pulse").mkdir(parents=True)
    (folder / ".config/pulse/daemon.conf").write_text("enable-memfd = no\n")
    return start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=60", "-L",
                 "module-null-sink", "-L", "module-native-protocol-unix", env=environment)


def chromium(folder):
    environment = {**os.environ, "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen",
                   "QTWEBENGINE_DISABLE_SANDBOX": "1", "QT_QUICK_BACKEND": "software"}
    return start("/usr/bin/python3", "-c", CHROMIUM, env=environment)


# How many files of which name each makes. (A semaphore of multiprocessing is deleted as soon as it
# is mapped, and then known by the name of its first link, "sem." and six letters.)
EXPECTED = {
    fastdds: {"fastrtps_": 6, "fast_datasharing_": 1, "sem.fastrtps": 2},
    iceoryx: {"iceoryx_mgmt": 1, "root": 1},
    boost: {"boost_": 2},
    pytorch: {"torch_": 1},
    python: {"psm_": 1, "sem.": 1},
    openmpi: {"vader_segment.": 2},
    postgresql: {"PostgreSQL.": 2},
    pulseaudio: {"pulse-shm-": 1},
    chromium: {".org.chromium.Chromium.": 1},
}
PACKAGE = {
    fastdds: "libfastrtps2.9", iceoryx: "iceoryx", boost: "libboost1.81-dev",
    pytorch: "python3-torch", python: "python3", openmpi: "openmpi-bin",
    postgresql: "postgresql-15",
    pulseaudio: "pulseaudio", chromium: "libqt5webenginecore5",
}


def await_true(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("record.py: waited too long; is the program installed, and does it start?")
        time.sleep(0.05)


def list_links(folder):
    try:
        return [folder + name for name in os.listdir(folder)]
    except OSError:
        return []


def visible():
    """name -> path through which its bytes can be read, of named and of deleted files."""
    found = {}
    for folder in glob.glob("/proc/[0-9]*/fd/") + glob.glob("/proc/[0-9]*/map_files/"):
        for link in list_links(folder):
            try:
                target = os.readlink(link)
            except OSError:
                continue
            if target.startswith("/dev/shm/"):
                found.setdefault(target[9:].removesuffix(" (deleted)"), link)
    found.update({entry.name: entry for entry in SHM.iterdir() if entry.is_file()})
    return found


def wanted(found, expected):
    return {name: path for name, path in found.items() if name.startswith(tuple(expected))}


def complete(expected):
    found = visible()
    return all(sum(name.startswith(prefix) for name in found) >= count
               for prefix, count in expected.items())


def copy(framework, name, path, version, lines):
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(min(HEAD, size))
        tail = b""
        if size > HEAD + TAIL:
            file.seek(size - TAIL)
            tail = file.read(TAIL)
    trimmed = head.rstrip(b"\0")
    (HERE / (name.lstrip(".") + ".bin")).write_bytes(trimmed + tail)
    lines.append("\t".join([framework, name, str(size), str(len(trimmed)), str(len(tail)),
                            version]))


def record(framework):
    lines = []
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}",
                              PACKAGE[framework]], check=True, capture_output=True,
                             text=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        program = framework(pathlib.Path(folder))
        try:
            await_true(lambda: complete(EXPECTED[framework]))
            for name, path in sorted(wanted(visible(), EXPECTED[framework]).items()):
                try:
                    copy(framework.__name__, name, path, version, lines)
                except FileNotFoundError:
                    continue  # its process closed it meanwhile
        finally:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
    return lines


def main():
    if "HARRIER_RECORDING" not in os.environ:
        os.environ["HARRIER_RECORDING"] = "1"
        mount = "mount -t tmpfs -o mode=1777 tmpfs /dev/shm && exec \"$@\""
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child",
                              "--mount-proc", "--propagation", "private", "sh", "-c", mount, "sh",
                              sys.executable, __file__, *sys.argv[1:]])
    manifest = HERE / "manifest.tsv"
    names = sys.argv[1:] or [framework.__name__ for framework in EXPECTED]
    kept = [line for line in (manifest.read_text().splitlines() if manifest.exists() else [])
            if line.split("\t")[0] not in names]
    for framework in EXPECTED:
        if framework.__name__ in names:
            kept += record(framework)
    manifest.write_text("".join(line + "\n" for line in sorted(kept)))


main()
