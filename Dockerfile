# plenary with its models. The steps are checked without Docker by .ci/check_dockerfile.py.
#
#     docker build -t plenary .
#     docker run --rm -v "$PWD:/data" plenary run talks --study study.toml --out results

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin plenary

FROM debian:bookworm-slim
COPY --from=build /src/target/release/plenary /usr/local/bin/plenary
COPY models /usr/local/share/plenary/models
COPY LICENSE-APACHE LICENSE-MIT /usr/local/share/doc/plenary/
ENV PLENARY_MODELS=/usr/local/share/plenary/models
WORKDIR /data
ENTRYPOINT ["/usr/local/bin/plenary"]
CMD ["--help"]
