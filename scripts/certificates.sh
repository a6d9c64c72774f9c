# Sourced: uv, pip and npm trust whom this system trusts, such as a company's proxy that has a certificate of its
# own. Where SSL_CERT_FILE names a file, they trust that one. What is set for one of them stays as it is.
certificates=${SSL_CERT_FILE:-}
if [ -z "$certificates" ]; then # where Debian, Fedora and openSUSE keep them
  for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
    [ ! -r "$file" ] || { certificates=$file && break; }
  done
fi

if [ -n "$certificates" ] || [ "$(uname)" = Darwin ]; then
  # The second is the name of the first in older ones.
  export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true} UV_NATIVE_TLS=${UV_NATIVE_TLS:-true}
  export NODE_USE_SYSTEM_CA=${NODE_USE_SYSTEM_CA:-1} # from Node.js 22.19 on; those before take no notice
fi
if [ -n "$certificates" ]; then
  export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$certificates}
  # From 24.2 on pip does so by itself.
  if [ -z "${REQUESTS_CA_BUNDLE:-}${CURL_CA_BUNDLE:-}" ] && ! grep -qs '^cert *[=:]' \
    /etc/pip.conf ~/.pip/pip.conf ~/.config/pip/pip.conf "${PIP_CONFIG_FILE:-/dev/null}"; then
    export PIP_CERT=${PIP_CERT:-$certificates}
  fi
fi
