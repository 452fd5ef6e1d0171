ARG A
RUN true
