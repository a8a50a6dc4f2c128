#include "launcher/asio.hpp"

#include <boost/asio/impl/src.hpp>
