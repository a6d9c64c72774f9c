#!/bin/sh
# Run by the entrypoint of nginx's image: the shipped files with this server's name, and logs where
# containers have them.
set -eu
shipped=${SHIPPED:-/shipped}
place=${PLACE:-/etc/nginx/conf.d}

rm -f "$place/default.conf"
sed -e '/^upstream /,/^}/d' \
  -e "s/chat\.example\.com/$PUBLIC_HOST/g" \
  -e 's,/var/log/nginx/chat-backend\.log,/dev/stdout,' \
  -e 's,/var/log/nginx/chat-backend\.error\.log,/dev/stderr,' \
  "$shipped/chat-backend.conf" >"$place/chat-backend.conf"
cp "$shipped/nodes.conf" "$place/chat-backend-nodes.conf"
