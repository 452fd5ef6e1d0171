FROM busybox
RUN echo '<<EOF'
RUN echo "<<EOF" > /1
RUN echo \<<EOF || true
EOF
