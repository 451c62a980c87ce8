// The function bodies of Asio's TLS, compiled once for the whole program.
#include <boost/asio/ssl/impl/src.hpp>
